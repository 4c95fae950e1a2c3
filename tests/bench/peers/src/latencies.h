// The load generator's latencies: a histogram of 64 buckets for each power of two of nanoseconds, each about 1.6 % wide.
#pragma once
#include "common.h"
#include <math.h>

static uint64_t hist[64 * 64], hist_n, lat_max;
static double lat_sum;

static void record(uint64_t ns) {
    if (ns < 64) ns = 64;
    int e = 63 - __builtin_clzll(ns);
    size_t k = (size_t)e * 64 + (size_t)((ns >> (e - 6)) & 63);
    hist[k]++;
    hist_n++;
    lat_sum += (double)ns;
    if (ns > lat_max) lat_max = ns;
}

static double quantile(double q) {
    uint64_t want = (uint64_t)ceil(q * (double)hist_n), seen = 0;
    if (!want) return 0;
    for (size_t k = 0; k < sizeof hist / sizeof *hist; k++) {
        seen += hist[k];
        if (seen >= want) {
            size_t e = k / 64;
            return ((double)(1ull << e) * (1.0 + ((double)(k % 64) + 0.5) / 64)) / 1000.0;
        }
    }
    return (double)lat_max / 1000.0;
}
