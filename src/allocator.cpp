// How the daemon's allocator behaves (jemalloc(3), TUNING; the symbol is read by it at the start).
// What is freed goes back to the system within a moment, by a thread of jemalloc's own, which
// sleeps while there is nothing to give back: a cache's objects come and go in all sizes for weeks,
// and the budget of the store is to be true to the size of the process. What is large, but for the
// buffers of a relay (64 KiB), has an arena of its own, from which it goes back at once.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf =
    "background_thread:true,dirty_decay_ms:100,muzzy_decay_ms:0,oversize_threshold:98304";
}
