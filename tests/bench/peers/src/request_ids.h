// Which object a request of the load generator is for: fixed:K | seq:FROM | uniq:FROM | zipf:COUNT:EXPONENT[:SEED].
#pragma once
#include "common.h"
#include <math.h>

static uint64_t rng = 88172645463325252ull;
static int id_mode;  // 0 fixed, 1 sequence, 2 zipf
static long id_next;
static uint32_t *zseq;
static size_t zlen, zpos;

static double uniform(void) {
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (double)(rng >> 11) / 9007199254740992.0;
}

static size_t put_num(char *o, long v) {
    char t[24];
    size_t n = 0, i = 0;
    do t[n++] = (char)('0' + v % 10); while (v /= 10);
    while (n) o[i++] = t[--n];
    return i;
}

// "abc %d def" with id
static size_t put_fmt(char *o, const char *f, long id) {
    size_t n = 0;
    for (; *f; f++) {
        if (f[0] == '%' && f[1] == 'd') {
            n += put_num(o + n, id);
            f++;
        } else {
            o[n++] = *f;
        }
    }
    return n;
}

static void zipf(long count, double s, uint64_t seed) {
    double *cdf = malloc(sizeof(double) * (size_t)count), sum = 0;
    for (long i = 0; i < count; i++) cdf[i] = sum += pow((double)(i + 1), -s);
    uint32_t *perm = malloc(sizeof(uint32_t) * (size_t)count);  // ranks spread over the ids
    if (seed) rng = seed * 0x9e3779b97f4a7c15ull | 1;
    for (long i = 0; i < count; i++) perm[i] = (uint32_t)i;
    for (long i = count - 1; i > 0; i--) {
        long j = (long)(uniform() * (double)(i + 1));
        uint32_t t = perm[i];
        perm[i] = perm[j];
        perm[j] = t;
    }
    zlen = 1 << 20;
    zseq = malloc(zlen * sizeof *zseq);
    for (size_t k = 0; k < zlen; k++) {
        double u = uniform() * sum;
        long lo = 0, hi = count - 1;
        while (lo < hi) {
            long mid = (lo + hi) / 2;
            if (cdf[mid] < u) lo = mid + 1; else hi = mid;
        }
        zseq[k] = perm[lo];
    }
    free(cdf);
    free(perm);
}

static void choose_ids(const char *ids) {
    if (!strncmp(ids, "fixed:", 6)) id_next = atol(ids + 6);
    else if (!strncmp(ids, "seq:", 4)) id_mode = 1, id_next = atol(ids + 4);
    else if (!strncmp(ids, "uniq:", 5)) id_mode = 1, id_next = atol(ids + 5);
    else if (!strncmp(ids, "zipf:", 5)) {
        long count = 0, seed = 1;
        double s = 1;
        sscanf(ids + 5, "%ld:%lf:%ld", &count, &s, &seed);
        zipf(count, s, (uint64_t)seed);
        id_mode = 2;
    }
}

static long next_id(void) {
    if (id_mode == 1) return id_next++;
    if (id_mode == 0) return id_next;
    long id = zseq[zpos++];
    if (zpos == zlen) zpos = 0;
    return id;
}
