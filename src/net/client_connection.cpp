#include "net/client_connection.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"
#include "base/log.hpp"
#include "http/refusal.hpp"
#include "net/address_text.hpp"
#include "net/client_exchange.hpp"
#include "net/client_input.hpp"
#include "net/client_output.hpp"
#include "net/connection_registry.hpp"
#include "net/request_body.hpp"
#include "net/spawn.hpp"

#include <array>

namespace hawkcache::net {
namespace {

constexpr Duration kLingerSilence{2000};
constexpr Duration kLongestLinger{30000};
constexpr std::uint64_t kLingerBytes = 1024 * 1024;  // beyond what the request announced
constexpr std::size_t kLongestSoundHost = 255;

class ClientConnection final : public ClientExchange,
                               public RegisteredConnection,
                               public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(Worker& worker, NewConnection begun, const ConnectionSettings& settings)
      : worker_(worker),
        socket_(std::move(begun.socket)),
        settings_(settings),
        handler_(std::move(begun.handler)),
        place_(std::move(begun.place)),
        input_(worker,
               socket_,
               {.keepalive = settings.keepalive_timeout, .header = settings.header_timeout}),
        parsers_(std::move(begun.parsers)),
        parser_(parsers_->take()),
        output_(worker, socket_, settings.write_timeout),
        peer_(text_of(begun.peer.address())) {
    worker.connections().push_back(*this);
  }
  ~ClientConnection() override { parsers_->give_back(std::move(parser_)); }

  static Awaitable<void> run(std::shared_ptr<ClientConnection> self);

  // ClientExchange
  const Request& request() const noexcept override { return request_; }
  Executor executor() noexcept override { return worker_.executor(); }
  http::Persistence persistence() noexcept override;
  void close_after_response() noexcept override { persistence_ = http::Persistence::close; }
  Awaitable<Result<std::string_view>> read_body() override;
  std::optional<std::string_view> take_buffered_body() noexcept override {
    return body_.take_whole();
  }
  bool body_consumed() const noexcept override { return body_.done(); }
  void cancel_read() noexcept override;
  bool awaits_continue() const noexcept override {
    return output_.interim().owes_continue() && !body_.is_wholly_here();
  }
  void write_interim(int status, std::string_view head) override {
    output_.write_interim(status, head);
  }
  ErrorCode write_now(std::span<const asio::const_buffer> buffers) override {
    return output_.write_response_now(buffers);
  }
  Awaitable<ErrorCode> write(std::span<const asio::const_buffer> buffers) override {
    return output_.write(buffers);
  }
  bool response_started() const noexcept override { return output_.written() > 0; }
  std::uint64_t bytes_written() const noexcept override { return output_.written(); }
  void abort(AbortKind kind) noexcept override;

  // RegisteredConnection
  Closed close_if_idle(Duration at_least) noexcept override;
  void close_now() noexcept override;

 private:
  // Whether a head that is not whole may still become so.
  bool awaits_head(http::Feed feed) const noexcept {
    return feed == http::Feed::need_more && !input_.ended() && !input_.head_overdue();
  }
  bool ran_out_of_time() noexcept {
    return input_.deadline().expired() && !input_.buffer().empty();
  }
  // Null when the head that was read is sound, else why it is refused.
  const http::Refusal* judge_head(http::Feed feed);
  const http::Refusal* check_head();
  void remember_host(std::string_view authority);
  void begin_exchange();
  void begin_interim() noexcept;
  // Whether the response is prepared, without anything that had to be waited for.
  bool handles_at_once() {
    return body_.done() &&
           handler_->try_handle(request_, persistence(), prepared_) == TryHandled::yes;
  }
  // Its response has been written, or could not be.
  void finish_prepared(const ErrorCode& failed) noexcept {
    handler_->finished(request_, bytes_written(), failed);
    prepared_.clear();
  }
  // Whether the connection goes on to another request.
  bool finish_exchange();
  bool wants_linger() noexcept;
  Awaitable<void> refuse(const http::Refusal& refusal);
  Awaitable<void> linger();
  void close() noexcept;

  Worker& worker_;
  Socket socket_;
  ConnectionSettings settings_;
  std::unique_ptr<RequestHandler> handler_;
  GaugePlace place_;
  ClientInput input_;
  std::shared_ptr<SpareParsers> parsers_;
  http::RequestParser parser_;
  ClientOutput output_;
  std::string peer_;
  std::string sound_host_;
  Request request_;
  RequestBody body_;
  PreparedResponse prepared_;
  http::Persistence persistence_ = http::Persistence::keep_alive;
  bool in_exchange_ = false;
  bool read_cancelled_ = false;
  bool aborted_ = false;
  bool refused_ = false;  // and what else the client sent is of no interest
};

// The loop is flat on purpose: a hit is one read, one gather write and one wait, without a
// coroutine frame of its own.
Awaitable<void> ClientConnection::run(std::shared_ptr<ClientConnection> self) {
  ClientConnection& c = *self;
  InputBuffer& buffer = c.input_.buffer();
  for (;;) {
    http::Feed feed = buffer.empty() ? http::Feed::need_more : c.parser_.feed(buffer.view());
    while (c.awaits_head(feed)) {
      c.input_.arm_for_head();
      const auto space = buffer.space();
      const auto [error, size] =
          co_await c.socket_.async_read_some(asio::buffer(space.data(), space.size()), use_op);
      if (error) break;
      buffer.commit(size);
      feed = c.parser_.feed(buffer.view());
    }
    if (feed == http::Feed::need_more && !c.ran_out_of_time()) break;
    if (const http::Refusal* refusal = c.judge_head(feed)) {
      co_await c.refuse(*refusal);
      break;
    }
    c.begin_exchange();
    if (c.handles_at_once()) {
      ErrorCode failed = c.output_.write_now(c.prepared_.buffers);
      if (failed == asio::error::would_block) failed = co_await c.write({});
      c.finish_prepared(failed);
      if (failed) break;
    } else {
      c.begin_interim();
      co_await c.handler_->handle(c);
    }
    if (!c.finish_exchange()) break;
    if (c.input_.gives_turn()) {
      co_await c.input_.others_turn();
      c.input_.read_at_once();
    }
  }
  if (c.wants_linger()) co_await c.linger();
  c.close();
}

const http::Refusal* ClientConnection::judge_head(http::Feed feed) {
  if (feed == http::Feed::need_more) return &http::kHeadTooSlow;
  input_.deadline().disarm();
  return feed == http::Feed::error ? &http::refusal_of(parser_.error()) : check_head();
}

const http::Refusal* ClientConnection::check_head() {
  const http::RequestHead& head = parser_.head();
  const auto framing = http::decide_request_framing(head);
  if (framing.error != http::FramingError::none) return &http::refusal_of(framing.error);
  const auto target = http::parse_target(head, sound_host_);
  if (target.error != http::TargetError::none) return &http::refusal_of(target.error);
  remember_host(target.target.authority);
  request_ = {&head, target.target, framing.framing, peer_};
  if (head.method == http::Method::connect) return &http::kNoTunnel;
  if (settings_.max_body != 0 && request_.framing.length > settings_.max_body) {
    return &http::kBodyTooLarge;
  }
  const auto expect = head.fields().value(http::FieldName::expect);
  const bool known = !expect || ascii::equals_ignoring_case(*expect, "100-continue");
  return known ? nullptr : &http::kUnknownExpectation;
}

// Mostly it stays the same.
void ClientConnection::remember_host(std::string_view authority) {
  if (authority.size() <= kLongestSoundHost && !byte_words::same(authority, sound_host_)) {
    sound_host_ = authority;
  }
}

void ClientConnection::begin_exchange() {
  in_exchange_ = true;
  output_.begin_exchange();
  persistence_ = http::persistence_of(parser_.head());
  body_.begin(
      request_.framing, input_.buffer().view().substr(parser_.head_size()), settings_.max_body);
}

http::Persistence ClientConnection::persistence() noexcept {
  // Once announced, close stays: an unread body, or draining, makes the connection end after this
  // response.
  if (!body_.done() || place_.gauge().draining()) persistence_ = http::Persistence::close;
  return persistence_;
}

void ClientConnection::begin_interim() noexcept {
  // Without a body there is nothing that could wait for a 100.
  const bool expected = !body_.done() && parser_.head().fields().contains(http::FieldName::expect);
  output_.begin_interim(
      parser_.head().version,
      expected ? InterimQueue::Continue::expected : InterimQueue::Continue::not_expected);
}

bool ClientConnection::finish_exchange() {
  in_exchange_ = false;
  if (output_.broken()) aborted_ = true;
  if (aborted_ || !body_.done()) return false;
  if (persistence() == http::Persistence::close) return false;
  input_.buffer().consume(parser_.head_size() + body_.used_of_received());
  if (!body_.surplus_in_received()) input_.buffer().append(body_.surplus());
  input_.buffer().drop_empty_lines();
  body_.release();
  parser_.reset();
  request_ = {};
  return true;
}

Awaitable<Result<std::string_view>> ClientConnection::read_body() {
  for (;;) {
    const RequestBody::Piece piece = body_.next();
    if (piece.state == RequestBody::State::data) co_return piece.data;
    if (piece.state == RequestBody::State::end) co_return std::string_view();
    if (piece.state == RequestBody::State::error) co_return piece.error;
    if (output_.interim().expects_continue() && !body_.any_received()) {
      const ErrorCode failed = co_await output_.give_continue();
      if (failed) co_return failed;
    }
    const auto space = body_.space();
    input_.deadline().arm(settings_.body_timeout);
    const auto [error, size] =
        co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), use_op);
    const bool expired = input_.deadline().expired();
    input_.deadline().disarm();
    if (error) {
      if (expired) co_return Errc::client_timeout;
      if (error == asio::error::eof && !read_cancelled_) co_return Errc::body_truncated;
      co_return Errc::client_gone;
    }
    body_.received(size);
  }
}

void ClientConnection::cancel_read() noexcept {
  read_cancelled_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void ClientConnection::abort(AbortKind kind) noexcept {
  aborted_ = true;
  persistence_ = http::Persistence::close;
  if (kind == AbortKind::reset) {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
}

RegisteredConnection::Closed ClientConnection::close_if_idle(Duration at_least) noexcept {
  boost::system::error_code ignored;
  if (in_exchange_ || !input_.buffer().empty() || !socket_.is_open()) return Closed::no;
  if (at_least > Duration::zero() && input_.waited() < at_least) return Closed::no;
  if (socket_.available(ignored) > 0) return Closed::no;
  close();
  return Closed::yes;
}

void ClientConnection::close_now() noexcept {
  aborted_ = true;
  close();
}

void ClientConnection::close() noexcept {
  input_.deadline().disarm();
  output_.disarm();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

bool ClientConnection::wants_linger() noexcept {
  // Closing with unread input, here or in the kernel, would reset the connection and could take the
  // response away from the client.
  if (!socket_.is_open() || aborted_) return false;
  if (refused_ || !body_.done()) return true;
  if (input_.buffer().size() > parser_.head_size() + body_.used_of_received()) return true;
  boost::system::error_code ignored;
  return socket_.available(ignored) > 0;
}

Awaitable<void> ClientConnection::refuse(const http::Refusal& refusal) {
  log::debug("a request of {} is refused with {}: {}", peer_, refusal.status, refusal.detail);
  const std::string bytes =
      http::render_refusal(refusal, parser_.head().method, worker_.clock().wall());
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(bytes)};
  output_.begin_exchange();
  const ErrorCode failed = co_await write(buffers);
  refused_ = !failed;
  handler_->rejected(bytes_written());
  aborted_ = !refused_;
}

Awaitable<void> ClientConnection::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  std::array<char, 16 * 1024> sink;
  const SteadyTime begin = worker_.clock().steady();
  std::uint64_t left = request_.framing.length + kLingerBytes;
  while (left > 0) {
    const Duration longest = place_.gauge().draining() ? kLingerSilence : kLongestLinger;
    if (worker_.clock().steady() - begin > longest) break;
    input_.deadline().arm(kLingerSilence);
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(sink), use_op);
    if (error || input_.deadline().expired()) break;
    left -= std::min<std::uint64_t>(left, size);
  }
  input_.deadline().disarm();
}

}  // namespace

void serve_connection(Worker& worker, NewConnection begun, const ConnectionSettings& settings) {
  auto connection = std::make_shared<ClientConnection>(worker, std::move(begun), settings);
  spawn(worker.executor(), ClientConnection::run(std::move(connection)));
}

}  // namespace hawkcache::net
