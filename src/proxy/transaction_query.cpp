// The part of a transaction that answers a QUERY (RFC 10008): its content belongs to its key, so it
// is read before the cache is asked.
#include "proxy/relay.hpp"
#include "proxy/transaction.hpp"

#include <utility>

namespace hawkcache::proxy {
namespace {

using caching::Reason;

// What is held of a QUERY's content while its key is made, and sent with a fetch. More is relayed.
constexpr std::size_t kMaxQueryContent = 64 * 1024;

struct QueryContent {
  enum class Extent : std::uint8_t { whole, too_large } extent = Extent::whole;
  std::string text;  // too_large: as far as it has been read
};

net::Awaitable<Result<QueryContent>> read_content(net::ClientExchange& client) {
  const http::BodyFraming framing = client.request().framing;
  QueryContent content;
  if (framing.kind == http::BodyKind::length && framing.length > kMaxQueryContent) {
    content.extent = QueryContent::Extent::too_large;
    co_return content;
  }
  if (const auto buffered = client.take_buffered_body()) {
    content.text = *buffered;
    co_return content;
  }
  while (content.text.size() <= kMaxQueryContent) {
    const auto piece = co_await client.read_body();
    if (piece.has_error()) co_return piece.error();
    if (piece->empty()) co_return content;
    content.text += *piece;
  }
  content.extent = QueryContent::Extent::too_large;
  co_return content;
}

}  // namespace

net::Awaitable<void> Transaction::answer_query(net::ClientExchange& client) {
  auto content = co_await read_content(client);
  if (content.has_error()) {
    record_.cache = XCache::bypass;
    record_.answered = co_await answer_failure(
        client, content.error(), XCache::bypass, {}, state_.worker.clock().wall());
    co_return;
  }
  if (content->extent == QueryContent::Extent::too_large) {
    plan_ = &planner_.step_round(Reason::query_content);
    co_await answer_through(client, std::move(content->text));
    co_return;
  }
  search_.content = std::make_shared<const std::string>(std::move(content->text));
  plan_ = &planner_.complete_key(*search_.content);
  record_.asked = state_.worker.clock().wall();
  look_up_at_once(*client.request().head);
  co_await answer_from_cache(client);
}

}  // namespace hawkcache::proxy
