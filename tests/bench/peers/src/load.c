// The load generator: one thread, epoll, closed loop or open loop (fixed rate, latency from the intended send time, so
// no coordinated omission). Prints one JSON object.
//   load --port P [--conns 64] [--requests N] [--seconds S] [--host NAME]
//        [--pattern /s/1024/%d] [--ids fixed:K | seq:FROM | uniq:FROM | zipf:COUNT:EXPONENT[:SEED]]
//        [--miss-every N --miss-pattern /s/1024/%d --miss-from K]   every Nth request (at random) takes a fresh id
//        [--post BYTES] [--header 'Name: value']... [--close] [--rate R] [--stampede] [--expect STATUS]
// In a header, %d stands for the id of the request.
#include "common.h"
#include "load_connections.h"
#include <sys/prctl.h>
#include <sys/resource.h>

static void read_options(int argc, char **argv) {
    const char *pattern = "/s/1024/%d", *ids = "fixed:0", *mpat = "/s/1024/%d", *host = "bench.test";
    char extra[800] = "";
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(a, "--close")) { do_close = 1; continue; }
        if (!strcmp(a, "--stampede")) { stampede = 1; continue; }
        i++;
        if (!strcmp(a, "--port")) port = atoi(v);
        else if (!strcmp(a, "--conns")) nconns = atoi(v);
        else if (!strcmp(a, "--requests")) max_requests = strtoull(v, NULL, 10);
        else if (!strcmp(a, "--seconds")) seconds = atof(v);
        else if (!strcmp(a, "--pattern")) pattern = v;
        else if (!strcmp(a, "--ids")) ids = v;
        else if (!strcmp(a, "--host")) host = v;
        else if (!strcmp(a, "--miss-every")) miss_every = atol(v);
        else if (!strcmp(a, "--miss-pattern")) mpat = v;
        else if (!strcmp(a, "--miss-from")) miss_from = atol(v);
        else if (!strcmp(a, "--post")) payload_len = strtoull(v, NULL, 10);
        else if (!strcmp(a, "--rate")) rate = atof(v);
        else if (!strcmp(a, "--expect")) expect = atoi(v);
        else if (!strcmp(a, "--header")) {
            strncat(extra, v, sizeof extra - strlen(extra) - 3);
            strcat(extra, "\r\n");
        } else {
            fprintf(stderr, "load: what is %s?\n", a);
            exit(2);
        }
    }
    if (payload_len > 60000) exit(2);
    choose_ids(ids);
    snprintf(pre, sizeof pre, "%s %s", payload_len ? "POST" : "GET", pattern);
    snprintf(mpre, sizeof mpre, "GET %s", mpat);
    char lens[96] = "";
    if (payload_len) {
        snprintf(lens, sizeof lens, "Content-Type: application/json\r\nContent-Length: %zu\r\n", payload_len);
        payload = make_body(payload_len);
    }
    snprintf(post, sizeof post, " HTTP/1.1\r\nHost: %s\r\nUser-Agent: load/1\r\nAccept: */*\r\n%s%s%s\r\n", host, lens, extra,
             do_close ? "Connection: close\r\n" : "");
}

static void report(double cpu) {
    if (!last_done) last_done = now_ns();
    double took = (double)(last_done - begin_ns) / 1e9;
    printf("{\"requests\":%llu,\"unanswered\":%llu,\"errors\":%llu,\"bad_status\":%llu,\"seconds\":%.6f,\"rps\":%.1f,"
           "\"bytes\":%llu,\"body_bytes\":%llu,\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,"
           "\"max_us\":%.1f,\"mean_us\":%.1f,\"client_cpu_us\":%.3f,\"late_peak\":%zu,\"xcache_hit\":%llu,"
           "\"xcache_seen\":%llu,\"status\":{",
           (unsigned long long)(done - errors), (unsigned long long)(issued - done), (unsigned long long)errors,
           (unsigned long long)bad_status, took, (double)(done - errors) / took, (unsigned long long)bytes,
           (unsigned long long)body_bytes, quantile(.5), quantile(.9), quantile(.99), quantile(.999),
           (double)lat_max / 1000.0, hist_n ? lat_sum / (double)hist_n / 1000.0 : 0,
           done ? cpu * 1e6 / (double)done : 0, late_peak, (unsigned long long)hits, (unsigned long long)hit_seen);
    const char *sep = "";
    for (int s = 0; s < 600; s++)
        if (status_count[s]) {
            printf("%s\"%d\":%llu", sep, s, (unsigned long long)status_count[s]);
            sep = ",";
        }
    printf("}}\n");
}

static double cpu_seconds(void) {
    struct rusage ru;
    getrusage(RUSAGE_SELF, &ru);
    return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) + (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1);
    read_options(argc, argv);
    buf = malloc(BUF);
    ep = epoll_create1(EPOLL_CLOEXEC);
    conns = calloc((size_t)nconns, sizeof *conns);
    idle = calloc((size_t)nconns + 1, sizeof *idle);
    late_cap = 1u << 20;
    late = malloc(late_cap * sizeof *late);
    for (int i = 0; i < nconns; i++) conns[i].fd = -1;
    if (!do_close) {  // connect all before the clock starts
        for (int i = 0; i < nconns; i++) {
            conn *c = &conns[i];
            if (dial(c)) die("connect");
            struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c}, got;
            int one = epoll_create1(0);
            epoll_ctl(one, EPOLL_CTL_ADD, c->fd, &e);
            int err = 0;
            socklen_t l = sizeof err;
            if (epoll_wait(one, &got, 1, 5000) != 1) die("connect timeout");
            getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
            if (err) {
                errno = err;
                die("connect");
            }
            close(one);
            arm(c, EPOLLIN, EPOLL_CTL_ADD);
            c->state = 0;
        }
    }
    struct timespec settle = {0, 20000000};
    nanosleep(&settle, NULL);
    const double cpu_before = cpu_seconds();
    begin_ns = now_ns();
    end_ns = begin_ns + (uint64_t)(seconds * 1e9);
    uint64_t hard_end = end_ns + 10000000000ull;
    double next_at = (double)begin_ns;
    if (rate > 0) {
        for (int i = 0; i < nconns; i++) idle[nidle++] = &conns[i];
    } else {
        for (int i = 0; i < nconns && issued < max_requests; i++) {
            issued++;
            begin(&conns[i], now_ns());
        }
    }
    struct epoll_event evs[512];
    for (;;) {
        uint64_t now = now_ns();
        struct timespec tmo = {0, 100000000};
        if (rate > 0) {
            while (next_at <= (double)now && next_at < (double)end_ns && issued < max_requests) {
                issued++;
                if (nidle) {
                    begin(idle[--nidle], (uint64_t)next_at);
                } else if (late_n < late_cap) {
                    late[(late_head + late_n++) % late_cap] = (uint64_t)next_at;
                    if (late_n > late_peak) late_peak = late_n;
                } else {
                    errors++, done++;
                }
                next_at += -log(1.0 - uniform()) * 1e9 / rate;
            }
            if ((next_at >= (double)end_ns || issued >= max_requests) && done >= issued) break;
            now = now_ns();
            if (next_at < (double)end_ns) {
                double d = next_at - (double)now;
                tmo.tv_nsec = d < 0 ? 0 : d > 1e8 ? 100000000 : (long)d;
            }
        } else if (done >= issued && (stampede || !may_issue(now))) {
            break;
        }
        if (now > hard_end) break;
        int n = epoll_pwait2(ep, evs, 512, &tmo, NULL);
        for (int i = 0; i < n; i++) on_event(evs[i].data.ptr, evs[i].events);
    }
    report(cpu_seconds() - cpu_before);
    return 0;
}
