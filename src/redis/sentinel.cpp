#include "redis/sentinel.hpp"

#include "redis/complaints.hpp"
#include "redis/greeting.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace hawkcache::redis {
namespace {

using Kind = Settings::Kind;

// The answer of SENTINEL get-master-addr-by-name; nullopt if it is none.
std::optional<Endpoint> address_in(const Reply& reply) {
  if (!reply.is(Reply::Type::array) || reply.elements.size() != 2) return std::nullopt;
  const std::string& port = reply.elements[1].text;
  Endpoint endpoint{.host = reply.elements[0].text, .port = 0};
  const char* end = port.data() + port.size();
  const auto [parsed, error] = std::from_chars(port.data(), end, endpoint.port);
  if (error != std::errc() || parsed != end || endpoint.host.empty()) return std::nullopt;
  return endpoint;
}

// Owned by its callers: the sessions that are being made.
class SentinelLocator final : public Locator {
 public:
  explicit SentinelLocator(std::shared_ptr<Environment> environment)
      : environment_(std::move(environment)) {}

  net::Awaitable<Result<Target>> locate(Duration timeout) override {
    const SteadyTime deadline = steady_now() + timeout;
    const std::vector<Endpoint>& sentinels = environment_->settings.nodes;
    const std::size_t first = first_;
    for (std::size_t i = 0; i < sentinels.size(); ++i) {
      const std::size_t sentinel = (first + i) % sentinels.size();
      const SteadyTime now = steady_now();
      if (now >= deadline) co_return Errc::store_timeout;
      const std::optional<Endpoint> master =
          co_await ask(sentinels[sentinel], std::min(deadline, now + kSentinelTimeout));
      if (!master) {
        // Nor is it the first to be asked the next time: one that hangs may take all the time.
        first_ = (sentinel + 1) % sentinels.size();
        continue;
      }
      first_ = sentinel;
      co_return Target{.transport = Target::Transport::tcp, .endpoint = *master, .path = {}};
    }
    co_return Errc::store_unavailable;
  }

 private:
  net::Awaitable<std::optional<Endpoint>> ask(Endpoint sentinel, SteadyTime deadline) {
    const Target target{.transport = Target::Transport::tcp, .endpoint = sentinel, .path = {}};
    const auto session = std::make_shared<Session>(
        environment_, make_fixed_locator(target), Session::Greeting::nothing);
    session->start();
    std::vector<Command> asked = question();
    std::vector<Reply> replies = co_await send(session, std::move(asked), deadline);
    if (replies[0].is_error("NOAUTH")) {
      if (std::optional<Command> auth = authentication(environment_->settings)) {
        std::vector<Command> commands;
        commands.push_back(std::move(*auth));
        commands.push_back(std::move(question().front()));
        std::vector<Reply> again = co_await send(session, std::move(commands), deadline);
        replies = std::move(again);
      }
    }
    session->close(Errc::store_unavailable);
    const Reply& answer = replies.back();
    std::optional<Endpoint> master = address_in(answer);
    if (answer.is(Reply::Type::nil)) complain_of(target, "it knows no master of this name");
    if (answer.is(Reply::Type::error)) complain_of(target, answer.text);
    co_return master;
  }

  std::vector<Command> question() const {
    std::vector<Command> commands;
    commands.push_back(
        Command("", {"SENTINEL", "get-master-addr-by-name", environment_->settings.master_name}));
    return commands;
  }

  net::Awaitable<std::vector<Reply>> send(std::shared_ptr<Session> session,
                                          std::vector<Command> commands,
                                          SteadyTime deadline) const {
    const auto batch =
        std::make_shared<Batch>(environment_->worker.executor(), std::move(commands), deadline);
    session->send(batch);
    if (!batch->done()) co_await batch->completion();
    co_return batch->take_replies();
  }

  static void complain_of(const Target& sentinel, std::string_view what) {
    complain("sentinel " + sentinel.text(), what, steady_now());
  }

  std::shared_ptr<Environment> environment_;
  std::size_t first_ = 0;  // to be asked
};

Target fixed_target(const Settings& settings) {
  using Transport = Target::Transport;
  if (settings.kind == Kind::unix_socket)
    return {.transport = Transport::unix_socket, .endpoint = {}, .path = settings.socket_path};
  return {.transport = settings.kind == Kind::tls ? Transport::tls : Transport::tcp,
          .endpoint = settings.nodes.front(),
          .path = {}};
}

}  // namespace

std::shared_ptr<Locator> make_server_locator(const std::shared_ptr<Environment>& environment) {
  if (environment->settings.kind == Kind::sentinel)
    return std::make_shared<SentinelLocator>(environment);
  return make_fixed_locator(fixed_target(environment->settings));
}

}  // namespace hawkcache::redis
