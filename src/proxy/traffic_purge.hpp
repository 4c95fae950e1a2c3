// A purge that a response of the origin asks for. Whatever becomes of it in the store, it is in
// force on this node when it returns, and the client gets the origin's answer: where it could not
// be handed on to those that share the store, it is counted (purges_deferred) and handed on later.
#pragma once

#include "proxy/worker_state.hpp"
#include "store/purge.hpp"

#include <cstdint>

namespace hawkcache::proxy {

enum class PurgeReach : std::uint8_t { everywhere, this_node };

// `state` outlives the call. Counts no purge but a deferred one.
net::Awaitable<PurgeReach> purge_for_traffic(WorkerState& state, store::PurgeRequest purge);

}  // namespace hawkcache::proxy
