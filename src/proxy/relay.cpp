#include "proxy/relay.hpp"

#include "base/log.hpp"
#include "caching/freshness.hpp"
#include "http/problem.hpp"
#include "proxy/body_writer.hpp"
#include "proxy/client_cache_control.hpp"
#include "proxy/traffic_purge.hpp"
#include "proxy/write_invalidation.hpp"

#include <array>
#include <exception>
#include <utility>

namespace hawkcache::proxy {
namespace {

using observe::Counter;

// The client's body as the upstream exchange reads it: what was received before, then the rest.
class ClientBody final : public net::BodySource {
 public:
  ClientBody(net::ClientExchange& client, std::string_view received)
      : client_(client), received_(received) {}
  net::Awaitable<Result<std::string_view>> read() override {
    if (received_.empty()) return client_.read_body();
    return read_received();
  }
  void cancel() noexcept override { client_.cancel_read(); }

 private:
  net::Awaitable<Result<std::string_view>> read_received() {
    co_return std::exchange(received_, std::string_view());
  }

  net::ClientExchange& client_;
  std::string_view received_;
};

// RFC 9110 section 15.2: "A proxy MUST forward 1xx responses unless the proxy itself requested the
// generation of the 1xx response."
class ClientInterim final : public net::InterimSink {
 public:
  explicit ClientInterim(net::ClientExchange& client) : client_(client) {}
  void interim(const http::ResponseHead& head) override {
    client_.write_interim(head.status, render_interim_head(head));
  }

 private:
  net::ClientExchange& client_;
};

// By the rule's own word, for what the request brings.
bool is_set_apart(caching::Reason reason) noexcept {
  return reason == caching::Reason::bypass_cookie || reason == caching::Reason::bypass_header;
}

std::string render_relayed_head(const http::ResponseHead& head,
                                http::BodyFraming framing,
                                net::ClientExchange& client,
                                const RelayInput& input,
                                WallTime now,
                                ClientFraming& client_side) {
  static const std::optional<std::string> kKeep;
  const Route* rule = input.x_cache == XCache::none ? nullptr : input.plan->route;
  const http::FieldsView asked = client.request().head->fields();
  const bool set_apart = rule != nullptr && is_set_apart(input.plan->reason) &&
                         !head.fields().contains(http::FieldName::cache_control) &&
                         rule->client_text_is_shared;
  if (set_apart || (rule != nullptr && would_be_made_public(*rule, asked, head))) rule = nullptr;
  std::string text = render_response_head(
      head.status,
      head.reason,
      head.fields(),
      {.strip = {},
       .client_cache_control = rule != nullptr ? &rule->client_cache_control : &kKeep,
       .received = head.version,
       .now = now});
  caching::CacheStatus status;
  status.forward = caching::forward_for(input.plan->reason);
  status.forward_status = head.status;
  status.stored = input.recorder != nullptr && input.recorder->keeps();
  status.detail = input.plan->reason;
  status.key = input.printable_key;
  HeadTail tail{.framing = ClientFraming::no_body,
                .content_length = std::nullopt,
                .age = caching::readable_age(head.fields()),
                .x_cache = input.x_cache,
                .cache_status = input.x_cache == XCache::none ? nullptr : &status,
                .client = client.request().head->version,
                .persistence = http::Persistence::keep_alive};
  if (framing.kind == http::BodyKind::length) tail.content_length = framing.length;
  if (framing.kind == http::BodyKind::none) {
    tail.content_length = framing.announced;
  } else {
    tail.framing = client_framing(tail.content_length, tail.client);
  }
  if (tail.framing == ClientFraming::until_close) client.close_after_response();
  tail.persistence = client.persistence();
  append_head_tail(text, tail);
  client_side = tail.framing;
  return text;
}

BodyWriter begin_answer(const http::ResponseHead& head,
                        http::BodyFraming framing,
                        net::ClientExchange& client,
                        const RelayInput& input,
                        WallTime now) {
  ClientFraming client_side = ClientFraming::length;
  std::string text = render_relayed_head(head, framing, client, input, now, client_side);
  return BodyWriter(client, std::move(text), client_side);
}

OwnPurge count_purge(WorkerState& state, PurgeReach reach) noexcept {
  state.counters.add(Counter::purges);
  state.counters.add(Counter::purges_by_response);
  return reach == PurgeReach::everywhere ? OwnPurge::raised : OwnPurge::deferred;
}

bool is_of_client(const ErrorCode& error) noexcept {
  return error == Errc::client_gone || error == Errc::client_timeout ||
         error == Errc::body_truncated || error == Errc::body_malformed ||
         error == Errc::body_too_large;
}

// `where`: " within the body" of the response, or "".
void note_failure(WorkerState& state,
                  const net::Request& request,
                  const RequestPlan& plan,
                  const net::UpstreamExchange& exchange,
                  const ErrorCode& error,
                  std::string_view where) {
  if (is_of_client(error)) return;
  state.counters.add(Counter::fetch_errors);
  log::warn("{} of {}{} failed{}: {}",
            request.head->method_text,
            plan.target.authority,
            plan.path_and_query,
            where,
            net::describe(error, exchange));
}

// The response's body and end, behind its head.
net::Awaitable<ErrorCode> relay_response(WorkerState& state,
                                         const net::Request& request,
                                         const RequestPlan& plan,
                                         net::UpstreamExchange& exchange,
                                         BodyWriter& writer,
                                         PostRecorder* recorder) {
  using Last = BodyWriter::Last;
  for (;;) {
    std::optional<std::string_view> piece = exchange.try_read_body();
    if (!piece) {
      // What there is goes out before waiting for more: at the first time around this is the head.
      ErrorCode flushed = writer.write_now({}, Last::no);
      if (flushed == asio::error::would_block) flushed = co_await writer.write_rest();
      if (flushed) co_return flushed;
      const auto read = co_await exchange.read_body();
      if (!read) {
        note_failure(state, request, plan, exchange, read.error(), " within the body");
        co_return read.error();
      }
      piece = *read;
    }
    // What is stored can be found before its last byte goes to the client.
    if (recorder != nullptr) {
      recorder->take(*piece);
      if (recorder->is_whole()) co_await recorder->store();
    }
    const std::array<std::string_view, 1> pieces{*piece};
    const bool last = piece->empty();
    ErrorCode error =
        writer.write_now(std::span(pieces).first(last ? 0 : 1), last ? Last::yes : Last::no);
    if (error == asio::error::would_block) error = co_await writer.write_rest();
    if (error || last) co_return error;
  }
}

net::UpstreamRequest outgoing_request(net::ClientExchange& client,
                                      RelayInput& input,
                                      ClientBody& body,
                                      ClientInterim& interim) {
  using Request = net::UpstreamRequest;
  Request outgoing{.method = client.request().head->method,
                   .head = std::move(input.head),
                   .whole_body = {},
                   .body = nullptr,
                   .coding = Request::BodyCoding::as_is,
                   .body_start = Request::BodyStart::at_once,
                   .interim = &interim};
  if (const auto whole = client.take_buffered_body()) {
    outgoing.whole_body = *whole;
  } else if (!client.body_consumed() || !input.received.empty()) {
    outgoing.body = &body;
    if (input.expectation == Expectation::continue_first) {
      outgoing.body_start = Request::BodyStart::on_continue;
    }
    if (client.request().framing.kind == http::BodyKind::chunked) {
      outgoing.coding = Request::BodyCoding::chunked;
    }
  }
  return outgoing;
}

// No coroutine, so that the request is in no frame but the exchange's.
net::Awaitable<Result<const http::ResponseHead*>> send(net::UpstreamExchange& exchange,
                                                       net::ClientExchange& client,
                                                       RelayInput& input,
                                                       ClientBody& body,
                                                       ClientInterim& interim) {
  return exchange.start(outgoing_request(client, input, body, interim));
}

}  // namespace

net::Awaitable<Answered> relay(WorkerState& state, net::ClientExchange& client, RelayInput input) {
  ClientBody body(client, input.received);
  ClientInterim interim(client);
  state.counters.add(Counter::fetches);
  const auto upstream = state.upstream;
  const auto exchange = upstream->make_exchange();
  Answered outcome;
  std::exception_ptr thrown;
  try {
    const auto response = co_await send(*exchange, client, input, body, interim);
    if (response) {
      const http::ResponseHead& head = **response;
      if (input.recorder != nullptr) input.recorder->judge(head, exchange->framing());
      store::PurgeRequest purge = purge_for_response(
          *client.request().head, head, *input.plan, *input.planner, *input.router);
      OwnPurge purged = OwnPurge::none;
      if (!purge.names_nothing()) {
        const PurgeReach reach = co_await purge_for_traffic(state, std::move(purge));
        purged = count_purge(state, reach);
      }
      if (input.recorder != nullptr) {
        input.recorder->begin(purged);
        if (input.recorder->is_whole()) co_await input.recorder->store();
      }
      outcome.status = head.status;
      BodyWriter writer =
          begin_answer(head, exchange->framing(), client, input, state.worker.clock().wall());
      outcome.failure = co_await relay_response(
          state, client.request(), *input.plan, *exchange, writer, input.recorder);
      if (outcome.failure) writer.break_off();
      outcome.broken_off = outcome.failure.failed();
    } else {
      outcome.failure = response.error();
      note_failure(state, client.request(), *input.plan, *exchange, outcome.failure, "");
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  // Whatever happened: so long the client's body may be read, for `body` in this frame.
  if (!exchange->finish_now()) co_await exchange->finish();
  if (thrown) std::rethrow_exception(thrown);
  co_return outcome;
}

net::Awaitable<Answered> answer_failure(net::ClientExchange& client,
                                        ErrorCode error,
                                        XCache x_cache,
                                        caching::CacheStatus cache_status,
                                        WallTime now) {
  int status = 502;
  if (error == Errc::upstream_timeout || error == Errc::upstream_connect_timeout) status = 504;
  if (error == Errc::store_unavailable) status = 503;
  if (error == Errc::body_malformed) status = 400;
  if (error == Errc::body_too_large) status = 413;
  if (error == Errc::client_timeout) status = 408;
  if (error == Errc::client_gone || error == Errc::body_truncated) {
    client.abort(net::ClientExchange::AbortKind::close);
    co_return Answered{.failure = error};
  }
  const std::string detail = cache_status.detail == caching::Reason::only_if_cached
                                 ? "nothing stored answers this, and only-if-cached allows no more"
                                 : error.message();
  std::string extra;
  if (status == 503) extra += "Retry-After: 1\r\n";
  if (x_cache != XCache::none) {
    if (cache_status.detail == caching::Reason::none) cache_status.detail_text = detail;
    extra.append("X-Cache: ").append(to_string(x_cache)).append("\r\nCache-Status: ");
    caching::append_cache_status(extra, cache_status);
    extra += "\r\n";
  }
  const std::string text =
      http::render_problem({.status = status, .detail = detail, .extra_fields = extra, .now = now},
                           client.request().head->method,
                           client.persistence());
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(text)};
  const ErrorCode unwritten = co_await client.write(buffers);
  // Where a reason says why, nothing failed.
  const bool failed = cache_status.detail == caching::Reason::none;
  co_return Answered{
      .status = status, .broken_off = unwritten.failed(), .failure = failed ? error : ErrorCode()};
}

}  // namespace hawkcache::proxy
