// The load generator's connections: what they send, how they read answers, and what is counted.
#pragma once
#include "common.h"
#include "latencies.h"
#include "request_ids.h"

enum { BUF = 262144, REQ = 2048 };

typedef struct {
    int fd, state;      // state: 0 idle, 1 connecting, 2 waiting for the head, 3 in a body, 4 chunked body
    uint64_t start;     // when the request was, or should have been, sent
    uint64_t left;      // body bytes left
    size_t have;        // head bytes collected
    int closing;
    char tail[8];
    char head[8192];
} conn;

static int port, nconns = 64, do_close, stampede, expect = 200;
static uint64_t max_requests = UINT64_MAX, begin_ns, end_ns;
static double seconds = 5, rate;
static char pre[256], post[1024];
static char *payload;
static size_t payload_len;
static char mpre[256];
static long miss_every, miss_from;
static int ep;
static conn *conns;
static uint64_t issued, done, errors, bad_status, bytes, body_bytes, last_done, hits, hit_seen;
static uint64_t status_count[600];
static char *buf;

static size_t make_request(char *o) {
    long id;
    const char *line = pre;
    if (miss_every && uniform() * (double)miss_every < 1.0) {
        line = mpre;
        id = miss_from++;
    } else {
        id = next_id();
    }
    size_t n = put_fmt(o, line, id);
    n += put_fmt(o + n, post, id);
    if (payload_len) {
        memcpy(o + n, payload, payload_len);
        n += payload_len;
    }
    return n;
}

static void arm(conn *c, uint32_t ev, int op) {
    struct epoll_event e = {.events = ev, .data.ptr = c};
    epoll_ctl(ep, op, c->fd, &e);
}

static int dial(conn *c) {
    static unsigned src;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0) die("socket");
    // Several source addresses, so that short connections do not run out of ports.
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (do_close ? src++ % 8 : 0));
    bind(fd, (struct sockaddr *)&a, sizeof a);
    a.sin_port = htons((uint16_t)port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    nodelay(fd);
    c->fd = fd;
    c->have = c->left = 0;
    c->closing = 0;
    int r = connect(fd, (struct sockaddr *)&a, sizeof a);
    if (r && errno != EINPROGRESS) {
        close(fd);
        c->fd = -1;
        return -1;
    }
    return 0;
}

static void send_now(conn *c) {
    char req[REQ + 65536];
    size_t n = make_request(req);
    c->state = 2;
    c->have = 0;
    ssize_t w = send(c->fd, req, n, MSG_NOSIGNAL);
    if (w != (ssize_t)n) errors++;
}

// A new request on c, whose intended time is `at`. Opens a connection where there is none.
static void begin(conn *c, uint64_t at) {
    c->start = at;
    if (c->fd < 0) {
        if (dial(c)) {
            errors++;
            done++;
            c->state = 0;
            return;
        }
        c->state = 1;
        arm(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
        return;
    }
    send_now(c);
}

static conn **idle;
static size_t nidle;
static uint64_t *late;  // open loop: intended times with no free connection
static size_t late_cap, late_head, late_n, late_peak;

static void hang_up(conn *c) {
    close(c->fd);
    c->fd = -1;
    c->state = 0;
}

static int may_issue(uint64_t now) { return issued < max_requests && now < end_ns; }

static void next_on(conn *c, uint64_t now) {
    if (rate > 0) {
        if (late_n) {
            uint64_t at = late[late_head];
            late_head = (late_head + 1) % late_cap;
            late_n--;
            begin(c, at);
        } else {
            idle[nidle++] = c;
        }
    } else if (!stampede && may_issue(now)) {
        issued++;
        begin(c, now);
    }
}

static void complete(conn *c) {
    uint64_t now = now_ns();
    record(now - c->start);
    done++;
    last_done = now;
    c->state = 0;
    if (do_close || c->closing) hang_up(c);
    next_on(c, now);
}

static void fail(conn *c) {
    errors++;
    done++;
    hang_up(c);
    next_on(c, now_ns());
}

static const char *field(const char *h, size_t n, const char *name) {  // name with its colon, lower case
    size_t m = strlen(name);
    for (const char *p = h; (p = memchr(p, '\n', n - (size_t)(p - h))) && (size_t)(p - h) + m + 1 < n;) {
        p++;
        if ((*p | 32) == name[0] && !strncasecmp(p, name, m)) {
            p += m;
            while (*p == ' ') p++;
            return p;
        }
    }
    return NULL;
}

static void head_done(conn *c, size_t n) {
    int st = (c->head[9] - '0') * 100 + (c->head[10] - '0') * 10 + (c->head[11] - '0');
    if (st < 0 || st >= 600) st = 0;
    status_count[st]++;
    if (st != expect) bad_status++;
    const char *f = field(c->head, n, "content-length:");
    uint64_t len = f ? strtoull(f, NULL, 10) : 0;
    int chunked = !f && st != 304 && (f = field(c->head, n, "transfer-encoding:")) && !strncasecmp(f, "chunked", 7);
    if ((f = field(c->head, n, "connection:")) && !strncasecmp(f, "close", 5)) c->closing = 1;
    if ((f = field(c->head, n, "x-cache:"))) {
        hit_seen++;
        if (!strncasecmp(f, "hit", 3)) hits++;
    }
    size_t extra = c->have - n;
    if (st == 304 || st == 204) len = 0;
    if (chunked) {
        c->state = 4;
        memset(c->tail, 0, sizeof c->tail);
        size_t k = extra < 5 ? extra : 5;
        memcpy(c->tail + 5 - k, c->head + c->have - k, k);
        body_bytes += extra;
        if (!memcmp(c->tail, "0\r\n\r\n", 5)) complete(c);
        return;
    }
    if (extra > len) {
        fprintf(stderr, "load: more body than promised\n");
        extra = (size_t)len;
    }
    body_bytes += extra;
    c->left = len - extra;
    c->state = 3;
    if (!c->left) complete(c);
}

static void on_event(conn *c, uint32_t ev) {
    if (c->fd < 0) return;
    if (c->state == 1) {
        int err = 0;
        socklen_t l = sizeof err;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
        if (err) {
            fail(c);
            return;
        }
        if (!(ev & EPOLLOUT)) return;
        arm(c, EPOLLIN, EPOLL_CTL_MOD);
        send_now(c);
        return;
    }
    if (c->state == 0) {  // closed while idle
        char t;
        if (recv(c->fd, &t, 1, MSG_PEEK) <= 0) hang_up(c);
        return;
    }
    if (c->state == 2) {
        ssize_t r = recv(c->fd, c->head + c->have, sizeof c->head - 1 - c->have, 0);
        if (r <= 0) {
            if (r < 0 && errno == EAGAIN) return;
            fail(c);
            return;
        }
        bytes += (uint64_t)r;
        c->have += (size_t)r;
        c->head[c->have] = 0;
        char *e = memmem(c->head, c->have, "\r\n\r\n", 4);
        if (e) head_done(c, (size_t)(e - c->head) + 4);
        else if (c->have == sizeof c->head - 1) fail(c);
        return;
    }
    if (c->state == 3) {
        // The kernel discards the body (MSG_TRUNC) instead of copying it: the client stays cheap, the server is measured.
        size_t cap = c->left < (1u << 30) ? (size_t)c->left : (1u << 30);
        ssize_t r = recv(c->fd, NULL, cap, MSG_TRUNC);
        if (r <= 0) {
            if (r < 0 && errno == EAGAIN) return;
            fail(c);
            return;
        }
        bytes += (uint64_t)r;
        body_bytes += (uint64_t)r;
        c->left -= (uint64_t)r;
        if (!c->left) complete(c);
        return;
    }
    ssize_t r = recv(c->fd, buf, BUF, 0);
    if (r <= 0) {
        if (r < 0 && errno == EAGAIN) return;
        fail(c);
        return;
    }
    bytes += (uint64_t)r;
    body_bytes += (uint64_t)r;
    size_t k = (size_t)r < 5 ? (size_t)r : 5;
    memmove(c->tail, c->tail + k, 5 - k);
    memcpy(c->tail + 5 - k, buf + r - k, k);
    if (!memcmp(c->tail, "0\r\n\r\n", 5)) complete(c);
}
