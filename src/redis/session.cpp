#include "redis/session.hpp"

#include "net/spawn.hpp"
#include "redis/complaints.hpp"
#include "redis/figures.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

namespace hawkcache::redis {
namespace {

constexpr std::size_t kInputSize = 64u << 10;

Dialer::Encryption encryption_of(const Settings& settings) {
  return settings.kind == Settings::Kind::tls ? Dialer::Encryption::tls : Dialer::Encryption::none;
}

class FixedLocator final : public Locator {
 public:
  explicit FixedLocator(Target target) : target_(std::move(target)) {}
  net::Awaitable<Result<Target>> locate(Duration) override { co_return target_; }

 private:
  Target target_;
};

class Closing {
 public:
  explicit Closing(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  Closing(Closing&&) noexcept = default;
  Closing& operator=(Closing&&) = delete;
  ~Closing() {
    if (session_) session_->close(Errc::store_unavailable);
  }
  void operator()() const noexcept {}

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace

void close_on_worker(net::Worker& worker, std::shared_ptr<Session> session) {
  if (session) net::asio::post(worker.executor(), Closing(std::move(session)));
}

Environment::Environment(net::Worker& on, Settings where, ClientFigures& counted)
    : worker(on),
      settings(std::move(where)),
      figures(counted),
      dialer(on, encryption_of(settings)) {}

std::shared_ptr<Locator> make_fixed_locator(Target target) {
  return std::make_shared<FixedLocator>(std::move(target));
}

Session::Session(std::shared_ptr<Environment> environment,
                 std::shared_ptr<Locator> locator,
                 Greeting greeting,
                 std::uint64_t incarnation)
    : environment_(std::move(environment)),
      locator_(std::move(locator)),
      greeting_(greeting),
      incarnation_(incarnation),
      writer_bell_(environment_->worker.executor(), SteadyTime::max()),
      clock_(environment_->worker.executor()) {}

Session::~Session() { close(Errc::store_unavailable); }

void Session::start() {
  state_ = State::connecting;
  established_by_ = steady_now() + environment_->settings.stall_timeout;
  look_at(established_by_);
  net::spawn(environment_->worker.executor(), run(shared_from_this()));
}

void Session::send(BatchPtr batch) {
  if (state_ == State::closed) return batch->fail(reason_);
  const Settings& settings = environment_->settings;
  if (waiting_ + batch->size() > settings.max_queue ||
      unwritten_bytes_ + batch->bytes() > settings.max_queued_bytes) {
    add(environment_->figures.refused);
    return batch->fail(Errc::store_overloaded);
  }
  if (batch->done()) return;  // there is nothing in it
  count_waiting(batch->size(), 0);
  unwritten_bytes_ += batch->bytes();
  look_at(batch->deadline());
  unwritten_.push_back(std::move(batch));
  if (state_ == State::open) wake_writer();
}

void Session::close(ErrorCode reason) noexcept {
  if (state_ == State::closed) return;
  ClientFigures& figures = environment_->figures;
  if (state_ == State::open) {
    add(figures.disconnects);
    figures.connections.fetch_sub(1, std::memory_order_relaxed);
  } else if (state_ == State::connecting) {
    add(figures.connect_failures);
  }
  state_ = State::closed;
  closed_at_ = steady_now();
  reason_ = reason;
  if (stream_) stream_->close();
  clock_.cancel();
  writer_bell_.cancel();
  for (const BatchPtr& batch : unanswered_) batch->fail(reason);
  for (const BatchPtr& batch : unwritten_) batch->fail(reason);
  unanswered_.clear();
  unwritten_.clear();
  count_waiting(0, waiting_);
}

net::Awaitable<void> Session::run(std::shared_ptr<Session> self) {
  const ClosesAtEnd end{*self};
  const ErrorCode failed = co_await self->establish();
  if (failed) self->close(failed);
  if (self->state_ == State::closed) co_return;
  ClientFigures& figures = self->environment_->figures;
  add(figures.connects);
  figures.connections.fetch_add(1, std::memory_order_relaxed);
  self->state_ = State::open;
  self->was_open_ = true;
  self->established_by_ = SteadyTime::max();
  net::spawn(self->environment_->worker.executor(), write_commands(self));
  const ErrorCode ended = co_await self->read_replies();
  self->close(ended);
}

net::Awaitable<ErrorCode> Session::establish() {
  const Result<Target> target = co_await locator_->locate(environment_->settings.stall_timeout);
  if (state_ == State::closed) co_return reason_;
  if (target.has_error()) co_return target.error();
  target_ = *target;
  stream_ = environment_->dialer.stream_to(target_);
  const ErrorCode failed = co_await stream_->connect();
  if (state_ == State::closed) co_return reason_;
  if (failed) {
    if (wrong_certificate(failed)) complain(target_.text(), failed.message(), steady_now());
    co_return Errc::store_unavailable;
  }
  input_.resize(kInputSize);
  if (greeting_ == Greeting::nothing) co_return ErrorCode();
  const ErrorCode unwelcome = co_await greet();
  co_return unwelcome;
}

net::Awaitable<ErrorCode> Session::greet() {
  std::string said;
  const std::vector<Command> commands = greeting(environment_->settings);
  for (const Command& command : commands) said += command.bytes();
  buffers_.assign(1, net::asio::buffer(said));
  const ErrorCode unsaid = co_await stream_->write(buffers_, written_);
  if (unsaid) co_return Errc::store_unavailable;
  gathered_ = written_;
  std::vector<Reply> replies;
  while (replies.size() < commands.size()) {
    const Result<std::size_t> size = co_await stream_->read_some(input_);
    if (size.has_error()) co_return turned_away(replies);
    reader_.feed({input_.data(), *size});
    while (replies.size() < commands.size()) {
      Result<std::optional<Reply>> reply = reader_.next();
      if (reply.has_error()) co_return reply.error();
      if (!reply->has_value()) break;
      replies.push_back(std::move(**reply));
    }
  }
  co_return meet(introduction(environment_->settings, replies));
}

// Too many clients, or protected mode: the server says so, and closes.
ErrorCode Session::turned_away(const std::vector<Reply>& replies) {
  if (!replies.empty() && replies.front().is(Reply::Type::error))
    complain(target_.text(), replies.front().text, steady_now());
  return Errc::store_unavailable;
}

ErrorCode Session::meet(Introduction server) {
  if (server.complaint.empty() && greeting_ == Greeting::master && !server.master)
    server.complaint = "it is a replica";
  identity_ = server.identity;
  if (server.complaint.empty()) return {};
  complain(target_.text(), server.complaint, steady_now());
  return Errc::store_unavailable;
}

net::Awaitable<ErrorCode> Session::read_replies() {
  for (;;) {
    const Result<std::size_t> size = co_await stream_->read_some(input_);
    if (state_ == State::closed) co_return reason_;
    if (size.has_error()) co_return Errc::store_unavailable;
    add(environment_->figures.bytes_received, *size);
    reader_.feed({input_.data(), *size});
    const ErrorCode failed = take_replies();
    if (failed) co_return failed;
  }
}

ErrorCode Session::take_replies() {
  const SteadyTime received = steady_now();
  for (;;) {
    Result<std::optional<Reply>> reply = reader_.next();
    if (reply.has_error()) return reply.error();
    if (!reply->has_value()) return {};
    const ErrorCode failed = take(std::move(**reply), received);
    if (failed) return failed;
  }
}

ErrorCode Session::take(Reply reply, SteadyTime received) {
  if (listener_ != nullptr && take_message(reply)) return reason_;
  if (unanswered_.empty()) return Errc::store_protocol;  // nobody has asked
  reply.server = identity_;
  count_waiting(0, 1);
  Batch& batch = *unanswered_.front();
  if (written_ >= batch.writing().end) batch.mark_written();
  if (!batch.accept(std::move(reply))) return {};
  observe_latency(environment_->figures, received - batch.created(), batch.size());
  unanswered_.pop_front();
  return {};
}

// In RESP2 a message looks like any reply; but what a subscribed connection is asked (SUBSCRIBE,
// PING) is answered by arrays that begin with another word.
bool Session::take_message(Reply& reply) noexcept {
  if (!reply.is(Reply::Type::array) || reply.elements.size() != 3) return false;
  if (reply.elements[0].text != "message") return false;
  listener_->message(reply.elements[1].text, std::move(reply.elements[2]));
  return true;
}

void Session::count_waiting(std::size_t more, std::size_t fewer) noexcept {
  waiting_ += more;
  waiting_ -= fewer;
  environment_->figures.waiting.fetch_add(
      static_cast<std::int64_t>(more) - static_cast<std::int64_t>(fewer),
      std::memory_order_relaxed);
}

}  // namespace hawkcache::redis
