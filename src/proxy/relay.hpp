// Requests that bypass the cache: bodies stream through in both directions at the pace of the
// slower side, 1xx responses go ahead of the answer as they come, nothing is kept but what a
// recorder keeps. Unsafe requests that succeed invalidate what is stored before the client sees the
// answer.
#pragma once

#include "net/client_exchange.hpp"
#include "proxy/answered.hpp"
#include "proxy/forwarded_request.hpp"
#include "proxy/post_recorder.hpp"
#include "proxy/request_plan.hpp"
#include "proxy/response_text.hpp"
#include "proxy/worker_state.hpp"

#include <optional>
#include <string>

namespace hawkcache::proxy {

struct RelayInput {
  std::string head;                             // the request as it goes out
  Expectation expectation = Expectation::none;  // that is in it
  std::string received = {};          // of its body, if its beginning has been read already
  const RequestPlan* plan = nullptr;  // valid during the call
  const RequestPlanner* planner = nullptr;
  const Router* router = nullptr;
  XCache x_cache = XCache::none;
  std::string printable_key;
  PostRecorder* recorder = nullptr;  // of an answer that may be kept for later GETs; else null
};

// Status 0: there is no response, because of the failure; nothing was answered.
net::Awaitable<Answered> relay(WorkerState& state, net::ClientExchange& client, RelayInput input);

// The proxy's own answer to a failed exchange with the origin: 502 or 504, or nothing where the
// client itself broke off; 503 where the store cannot be asked and the origin is spared.
net::Awaitable<Answered> answer_failure(net::ClientExchange& client,
                                        ErrorCode error,
                                        XCache x_cache,
                                        caching::CacheStatus cache_status,
                                        WallTime now);

}  // namespace hawkcache::proxy
