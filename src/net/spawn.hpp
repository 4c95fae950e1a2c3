// Coroutines that nobody awaits: the only place that begins any. Nothing throws on purpose once the
// configuration is in use; what is thrown all the same is a defect, or memory has run out. It ends
// the coroutine that it comes from, and the worker's log says so.
#pragma once

#include "net/asio.hpp"

#include <exception>
#include <functional>

namespace hawkcache::net {

// Begins it; on the executor's thread. What it throws comes out of io_context::run(), where the
// worker reports it.
void spawn(const Executor& executor, Awaitable<void> coroutine);

// For a loop that has to go on: what `begin` makes is begun again, a moment later, when an
// exception has ended it, which is reported. It ends by returning; `begin` is kept until then. On
// the executor's thread, or before that has started.
void spawn_loop(const Executor& executor, std::function<Awaitable<void>()> begin);

// Says it in the log, if there is memory to do so.
void report_defect(const std::exception& thrown) noexcept;

}  // namespace hawkcache::net
