// A fetch on behalf of the cache: sends one request upstream, turns the answer into a fill's head
// and body, stores it, freshens what a 304 confirms, and falls back on what is stored where the
// origin fails. Stays on the worker where it began; belongs to no client.
#pragma once

#include "caching/stored_meta.hpp"
#include "http/method.hpp"
#include "http/range.hpp"
#include "net/client_exchange.hpp"
#include "net/upstream.hpp"
#include "proxy/fill.hpp"
#include "proxy/forwarded_request.hpp"
#include "proxy/route.hpp"
#include "proxy/worker_state.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::proxy {

struct FetchOrder {
  std::shared_ptr<Fill> fill;
  http::Method method = http::Method::get;
  std::string head;                            // the request as it goes out
  std::shared_ptr<const std::string> content;  // its content: of a QUERY; null: none
  ClientConditions conditions =
      ClientConditions::omit;      // whether the client's own conditions and ranges are in it
  std::string unconditional_head;  // while `base` is validated or `part` completed: the same
                                   // without our conditions; else empty
  http::Method unconditional_method = http::Method::get;  // of unconditional_head
  // Others that the request may be answered by, under the base's strong entity tag: a 304 freshens
  // them too.
  std::vector<store::StoredResponsePtr> alike;
  store::StoredResponsePtr
      base;  // what is stored already, stale: validated, or served if the origin fails; null: none
  caching::Freshness base_freshness;  // a soft purge taken into account
  // What is stored in part, where it does not answer; null: nothing. With `rest` the request asks
  // for the one range that is missing of it, under a condition of ours, and unconditional_head for
  // the whole.
  store::StoredResponsePtr part;
  std::optional<http::ByteRange> rest;
  // By the rule's `invalidates:`, before anybody gets what the origin answers (2xx or 3xx).
  std::vector<std::string> invalidates;
  Coalesce coalesce = Coalesce::node;
  store::Patience patience;  // of the request that leads it; of a refresh, its own
  const Route* route = nullptr;
  std::shared_ptr<const Snapshot> snapshot;  // keeps the route alive
  std::string scheme;
};

// Sets the fetch going in a coroutine of its own; returns at once. `state` outlives it. `client`:
// whose request began it, and who waits for the head; null: nobody. 1xx responses go to it as they
// come, and into the fill for the others.
void start_fetch(WorkerState& state, FetchOrder&& order, net::ClientExchange* client);

// The same in the coroutine of that client, who has nothing to do before the head is there. Returns
// when the fill's outcome is known as far as its head; with a response that came in one piece, when
// that has been stored. What is left of a longer one goes on by itself, whatever becomes of the
// client. For a store that need not be waited for: a client has less patience than a fetch.
net::Awaitable<void> lead_fetch(WorkerState& state,
                                FetchOrder&& order,
                                net::ClientExchange& client);

}  // namespace hawkcache::proxy
