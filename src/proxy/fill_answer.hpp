// A client's answer out of a fill: the head as soon as it is there, the body as it grows;
// conditions and ranges of the client are honoured where the response is one that the cache shares.
#pragma once

#include "net/client_exchange.hpp"
#include "proxy/answered.hpp"
#include "proxy/fill.hpp"
#include "proxy/response_text.hpp"

namespace hawkcache::proxy {

// Whose request the fetch was made for: the client's own, or another's.
enum class Fetched : std::uint8_t { for_this_client, for_another };

// The Age that goes with an answer over a fetch; `declared`: the origin's own. "The presence of an
// Age header field implies that the response was not generated or validated by the origin server
// for this request." (RFC 9111 section 5.1) So whose request was fetched for gets one only where
// the origin's answer came with one.
std::optional<Duration> age_to_show(Fetched fetched,
                                    const caching::Freshness& freshness,
                                    std::optional<Duration> declared,
                                    WallTime now) noexcept;

struct FillAnswerInput {
  Fetched fetched = Fetched::for_another;
  XCache x_cache = XCache::miss;
  const caching::CacheStatus* cache_status = nullptr;
  WallTime now;
};

struct FillAnswer {
  Answered answered;
  caching::Reason given_up = caching::Reason::none;  // why it was not kept after all
};

// REQUIRES: the fill has a head (phase streaming, complete, or failed after it), nothing of the
// body was taken; `view` is what the reader has just seen of it, and outlives the call.
net::Awaitable<FillAnswer> answer_from_fill(net::ClientExchange& client,
                                            FillReader& reader,
                                            const FillReader::View& view,
                                            FillAnswerInput input);

}  // namespace hawkcache::proxy
