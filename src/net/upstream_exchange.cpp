#include "net/upstream_exchange.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::net {
namespace {

using asio::ip::tcp;

constexpr int kContinue = 100;
// Times response_timeout, from the first interim response on: what says "wait" is not waited for
// without end.
constexpr int kInterimTimes = 3;

}  // namespace

PooledExchange::PooledExchange(std::shared_ptr<UpstreamPoolState> pool) : pool_(std::move(pool)) {}

PooledExchange::~PooledExchange() {
  abandon(Errc::upstream_closed);
  if (response_) pool_->give_back(std::move(response_));
}

// Taken for the first read, not with the exchange: what another has just given back is still in the
// processor's caches, and serves all that are read one after the other.
UpstreamResponse& PooledExchange::response() {
  if (!response_) {
    response_ = pool_->take_response();
    response_->begin(request_.method);
  }
  return *response_;
}

bool PooledExchange::is_repeatable() const noexcept {
  return http::is_idempotent(request_.method) && request_.body == nullptr;
}

bool PooledExchange::may_try_again(const ErrorCode& error) const noexcept {
  if (cancelled_ || error != Errc::upstream_closed || any_received()) return false;
  return is_repeatable() || connection_->bytes_written() == 0;
}

// One frame from the request to the final head, since every request that goes upstream waits here.
// Requests go out together, as many as are ready, and their responses are read after the last of
// them: by then the first are mostly there, and a server that sleeps is woken once.
Awaitable<Result<const http::ResponseHead*>> PooledExchange::start(UpstreamRequest request) {
  request_ = std::move(request);
  Turns& turns = pool_->worker.turns();
  if (turns.brings_company()) co_await turns.wait(place_, asio::deferred);
  if (cancelled_) co_return Errc::upstream_closed;
  std::optional<std::size_t> server = choose();
  if (!server) co_return Errc::upstream_refused;
  for (;;) {
    const Connection used = connection_ ? Connection::kept : Connection::fresh;
    if (used == Connection::fresh) {
      const ErrorCode unconnected = co_await connect_to_any(*server);
      if (unconnected) co_return unconnected;
    }
    const UpstreamConnectionPtr connection = connection_;
    ErrorCode error = send_now();
    if (error == asio::error::would_block) {
      error = co_await connection->write_rest(pool_->settings.idle_timeout);
    }
    error = sent(error);
    if (!error && !pump_ && turns.brings_company()) {
      co_await turns.wait(place_, asio::deferred);
      error = hear(connection->read_now(response().space()));
    }
    while (!error && !head_complete_) {
      const auto [failed, size] = co_await connection->async_read(response().space());
      error = hear(connection->judge_read(failed, size));
    }
    if (!error) {
      pool_->choice.worked(connection->server());
      co_return &response_->head();
    }
    server = leave_for_another(error, used);
    if (!server) co_return error;
  }
}

// The first server, and a connection to it if there is one.
std::optional<std::size_t> PooledExchange::choose() {
  const SteadyTime now = pool_->worker.clock().steady();
  asked_ = pool_->choice.next(tried_, now);
  if (asked_) {
    using Use = KeptConnections::Use;
    connection_ = pool_->kept.take(*asked_, is_repeatable() ? Use::repeatable : Use::once, now);
  }
  return asked_;
}

std::optional<std::size_t> PooledExchange::leave_for_another(const ErrorCode& error,
                                                             Connection failed) {
  abandon(error);
  const std::optional<std::size_t> server = server_after(error, failed);
  if (server) connection_ = nullptr;
  return server;
}

std::optional<std::size_t> PooledExchange::server_after(const ErrorCode& error, Connection failed) {
  const std::size_t server = connection_->server();
  const bool once_more = may_try_again(error);
  // That it closes a kept connection says nothing of a server, unless it had begun to answer.
  const bool unasked = failed == Connection::kept && !any_received();
  if (unasked && error == Errc::upstream_closed) {
    return once_more ? std::optional(server) : std::nullopt;
  }
  const SteadyTime now = pool_->worker.clock().steady();
  // Anything else is the client's: its body broke off.
  const bool its_fault = error == Errc::upstream_closed || error == Errc::upstream_timeout ||
                         is_malformed_response(error);
  if (its_fault && !cancelled_) pool_->choice.failed(server, now);
  return once_more ? pool_->choice.next(tried_, now) : std::nullopt;
}

Awaitable<ErrorCode> PooledExchange::connect_to_any(std::size_t first) {
  std::optional<std::size_t> server = first;
  ErrorCode error = Errc::upstream_refused;
  while (server) {
    error = co_await connect_to(*server);
    // For want of descriptors no other server is reached either, and none is to blame.
    if (!error || cancelled_ || error == Errc::upstream_no_socket) co_return error;
    const SteadyTime now = pool_->worker.clock().steady();
    pool_->choice.failed(*server, now);
    server = pool_->choice.next(tried_, now);
  }
  co_return error;
}

// All addresses share connect_timeout, so that a silent first one leaves time for the second.
Awaitable<ErrorCode> PooledExchange::connect_to(std::size_t server) {
  asked_ = server;
  const UpstreamServer& address = pool_->settings.servers[server];
  const Result<Resolver::Addresses> found =
      co_await pool_->resolver.resolve(address.host, pool_->settings.connect_timeout);
  if (found.has_error()) co_return found.error();
  const SteadyTime until = steady_now() + pool_->settings.connect_timeout;
  ErrorCode error = Errc::upstream_refused;
  for (std::size_t i = 0; i < found->size(); ++i) {
    if (cancelled_) co_return Errc::upstream_closed;
    const auto left = std::chrono::ceil<Duration>(until - steady_now());
    const auto addresses_left = static_cast<Duration::rep>(found->size() - i);
    const Duration share = std::max(left / addresses_left, Duration(1));
    connection_ = std::make_shared<UpstreamConnection>(pool_->worker, server);
    const UpstreamConnectionPtr connection = connection_;
    error = co_await connection->connect(tcp::endpoint((*found)[i], address.port), share);
    if (!error) co_return error;
  }
  co_return error;
}

// The request, or all of it but the part that the pump sends.
ErrorCode PooledExchange::send_now() {
  if (response_) response_->begin(request_.method);
  head_begun_ = HeadBegun::no;
  connection_->begin_request();
  request_written_ = false;
  return connection_->write_now(
      {asio::buffer(request_.head), asio::buffer(request_.whole_body), asio::const_buffer()});
}

// Returns the error that makes it pointless to wait for a response.
ErrorCode PooledExchange::sent(const ErrorCode& error) {
  request_written_ = !error;
  const UpstreamSettings& settings = pool_->settings;
  if (error || request_.body == nullptr) {
    connection_->limit_reading(settings.response_timeout);
    // A server may answer and close before it has taken everything.
    return error == Errc::upstream_closed ? ErrorCode() : error;
  }
  // The client sets the pace: the time for the response begins with the end of the body.
  connection_->unlimit_reading();
  pump_ = BodyPump::start(connection_,
                          request_,
                          {.hold = settings.continue_timeout,
                           .idle = settings.idle_timeout,
                           .response = settings.response_timeout},
                          pool_->worker.executor());
  return error;
}

// What has been read, as far as the final head.
ErrorCode PooledExchange::hear(const UpstreamConnection::Read& read) {
  using HeadState = UpstreamResponse::HeadState;
  if (read.state == UpstreamConnection::Read::State::again) return {};
  if (read.error) return read.error;
  if (read.size == 0) return Errc::upstream_closed;
  response_->received(read.size);
  HeadState state = response_->next_head();
  while (state == HeadState::interim) {
    heard_interim();
    head_begun_ = HeadBegun::no;
    await_next_head();
    state = response_->next_head();
  }
  if (state == HeadState::malformed) return response_->error();
  if (state == HeadState::need_input) {
    if (response_->has_part_of_head()) limit_rest_of_head();
    return {};
  }
  head_complete_ = true;
  connection_->unlimit_reading();
  if (pump_) pump_->head_arrived();
  return {};
}

// While the body is being sent, the client sets the pace; its end begins the time for the response.
void PooledExchange::await_next_head() noexcept {
  if (pump_ && pump_->running()) return;
  const Duration timeout = pool_->settings.response_timeout;
  const SteadyTime now = pool_->worker.clock().steady();
  if (!interim_until_) interim_until_ = now + kInterimTimes * timeout;
  const auto left = std::chrono::ceil<Duration>(*interim_until_ - now);
  connection_->limit_reading(std::clamp(left, Duration::zero(), timeout));
}

// From its first byte on, once: a head that drips is not given more time for every byte.
void PooledExchange::limit_rest_of_head() noexcept {
  if (pump_ && pump_->running()) return;
  if (std::exchange(head_begun_, HeadBegun::yes) == HeadBegun::yes) return;
  connection_->limit_reading(pool_->settings.idle_timeout);
}

// The client has its 100 before its body is read.
void PooledExchange::heard_interim() {
  const http::ResponseHead& head = response_->head();
  if (request_.interim != nullptr) request_.interim->interim(head);
  if (pump_ && head.status == kContinue) pump_->let_go();
}

Awaitable<Result<std::string_view>> PooledExchange::read_body() {
  if (!head_complete_) co_return Errc::upstream_closed;
  const UpstreamConnectionPtr connection = connection_;
  for (;;) {
    UpstreamResponse::Piece piece = response_->next_piece();
    if (piece.state == UpstreamResponse::PieceState::data) co_return piece.data;
    if (piece.state == UpstreamResponse::PieceState::end) {
      response_ended();
      co_return std::string_view();
    }
    if (piece.state == UpstreamResponse::PieceState::need_input && !connection) {
      piece.error = Errc::upstream_closed;
    } else if (piece.state == UpstreamResponse::PieceState::need_input) {
      connection->limit_reading(pool_->settings.idle_timeout);
      const auto [failed, size] = co_await connection->async_read(response_->space());
      const UpstreamConnection::Read read = connection->judge_read(failed, size);
      // A client that takes its time with what was read is not the server's fault.
      connection->unlimit_reading();
      if (read.state == UpstreamConnection::Read::State::again) continue;
      received(read);
      piece.error = read.error;
    }
    if (piece.error) {
      abandon(piece.error);
      co_return piece.error;
    }
  }
}

void PooledExchange::received(const UpstreamConnection::Read& read) noexcept {
  if (read.error) return;
  if (read.size == 0) {
    response_->received_end();
  } else {
    response_->received(read.size);
  }
}

std::optional<std::string_view> PooledExchange::try_read_body() noexcept {
  if (!head_complete_) return std::nullopt;
  // Chunked data is used up by asking; what is left to read_body() comes again there: errors, and
  // the need of input.
  const UpstreamResponse::Piece piece = response_->next_piece();
  if (piece.state == UpstreamResponse::PieceState::data) return piece.data;
  if (piece.state != UpstreamResponse::PieceState::end) return std::nullopt;
  response_ended();
  return std::string_view();
}

void PooledExchange::response_ended() noexcept {
  if (ended_) return;
  ended_ = true;
  if (!connection_) return;
  const bool request_complete = request_written_ && (!pump_ || pump_->completed());
  if (request_complete && response_->leaves_connection_usable() && !connection_->failed()) {
    pool_->kept.keep(std::move(connection_));
  }
  abandon(Errc::upstream_closed);
}

void PooledExchange::abandon(ErrorCode reason) noexcept {
  if (pump_) pump_->stop();
  if (!connection_) return;
  connection_->fail(reason);
}

std::string PooledExchange::server() const {
  if (!asked_) return {};
  const UpstreamServer& server = pool_->settings.servers[*asked_];
  const bool ipv6 = server.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", server.host, ipv6 ? "]" : "", server.port);
}

std::string describe(const ErrorCode& error, const UpstreamExchange& exchange) {
  const std::string server = exchange.server();
  return server.empty() ? error.message() : fmt::format("{}: {}", server, error.message());
}

void PooledExchange::cancel() noexcept {
  cancelled_ = true;
  abandon(Errc::upstream_closed);
}

bool PooledExchange::finish_now() noexcept {
  // An end that needs no reading (HEAD, 204, 304) counts even if nobody asked for the body.
  if (head_complete_ && !ended_ && !cancelled_) try_read_body();
  abandon(Errc::upstream_closed);
  return !pump_ || !pump_->running();
}

Awaitable<void> PooledExchange::finish() {
  if (!finish_now()) co_await BodyPump::wait(pump_);
}

}  // namespace hawkcache::net
