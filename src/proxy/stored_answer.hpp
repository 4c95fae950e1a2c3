// Answers from a stored response: whole, 304, 206 or 416, as one gather write; from an incomplete
// one only the range that it holds. Pure.
#pragma once

#include "caching/cache_status.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "net/request_handler.hpp"
#include "proxy/answered.hpp"
#include "proxy/response_text.hpp"
#include "store/stored_response.hpp"

#include <optional>

namespace hawkcache::proxy {

struct StoredAnswerInput {
  const http::RequestHead* request = nullptr;
  http::Persistence persistence = http::Persistence::keep_alive;
  WallTime now;
  std::optional<Duration> age{};
  XCache x_cache = XCache::hit;
  const caching::CacheStatus* cache_status = nullptr;
};

struct StoredAnswer {
  AnswerKind kind = AnswerKind::whole;
  int status = 200;
};

// REQUIRES: an incomplete response holds what is asked for (caching::answer_from_part).
// Fills `out`, which keeps the stored response alive. Allocates only while `out` grows.
StoredAnswer prepare_stored_answer(store::StoredResponsePtr response,
                                   const StoredAnswerInput& input,
                                   net::PreparedResponse& out);

}  // namespace hawkcache::proxy
