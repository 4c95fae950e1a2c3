// Waiting, on one worker, for others to get round to something else.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "net/worker.hpp"

#include <vector>

namespace hawkcache::net {

// Returns when each of `workers` has ended what it was in the middle of: what a client has seen of
// a response has been counted then. No later than after `at_most`, whatever they do. On the thread
// of `here`, which need not be one of them; the workers outlive the call.
Awaitable<void> turn_of_each(Worker& here, std::vector<Worker*> workers, Duration at_most);

}  // namespace hawkcache::net
