#include "net/resolver.hpp"

#include "net/wake_up.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace hawkcache::net {
namespace {

using asio::ip::tcp;

constexpr Duration kKeep{10000};       // how long addresses are taken without asking again
constexpr Duration kOldIsFine{60000};  // how long after that they are used while asking again
constexpr Duration kKeepFailure{500};  // how long a name without addresses is not asked for again

struct Name {
  Resolver::Addresses addresses;  // the last that were found
  SteadyTime fresh_until = SteadyTime::min();
  bool looking_up = false;
  std::vector<std::shared_ptr<WakeUp>> waiting;
};

}  // namespace

struct Resolver::State {
  State(Executor on, const Clock& time) : executor(on), clock(time), system(on) {}

  Executor executor;
  const Clock& clock;
  asio::ip::basic_resolver<tcp, Executor> system;
  std::unordered_map<std::string, Name> names;

  static Awaitable<void> look_up(std::shared_ptr<State> state, std::string host);
  void found(Name& name, Addresses addresses);
};

void Resolver::State::found(Name& name, Addresses addresses) {
  const bool success = !addresses.empty();
  if (success) name.addresses = std::move(addresses);
  name.fresh_until = clock.steady() + (success ? kKeep : kKeepFailure);
  name.looking_up = false;
  for (const std::shared_ptr<WakeUp>& waiter : std::exchange(name.waiting, {})) waiter->ring();
}

Awaitable<void> Resolver::State::look_up(std::shared_ptr<State> state, std::string host) {
  const auto [error, results] =
      co_await state->system.async_resolve(host, "", asio::ip::resolver_base::flags(), use_op);
  Addresses addresses;
  if (!error) {
    for (const auto& entry : results) {
      asio::ip::address address = entry.endpoint().address();
      if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    }
  }
  state->found(state->names[host], std::move(addresses));
}

Resolver::Resolver(Executor executor, const Clock& clock)
    : state_(std::make_shared<State>(executor, clock)) {}
Resolver::~Resolver() { state_->system.cancel(); }

Awaitable<Result<Resolver::Addresses>> Resolver::resolve(std::string host, Duration timeout) {
  const std::shared_ptr<State> state = state_;
  ErrorCode error;
  const asio::ip::address literal = asio::ip::make_address(host, error);
  if (!error) co_return Addresses{literal};

  Name& name = state->names[host];  // references into an unordered_map stay valid
  const SteadyTime now = state->clock.steady();
  const bool fresh = now < name.fresh_until;
  if (!fresh && !name.looking_up) {
    name.looking_up = true;
    asio::co_spawn(state->executor, State::look_up(state, host), asio::detached);
  }
  const bool usable = !name.addresses.empty() && now < name.fresh_until + kOldIsFine;
  if (!fresh && !usable) {
    const auto bell = std::make_shared<WakeUp>(state->executor);
    name.waiting.push_back(bell);
    co_await bell->wait(timeout);
    if (name.looking_up) std::erase(name.waiting, bell);
  }
  if (!name.addresses.empty()) co_return name.addresses;
  co_return name.looking_up ? Errc::upstream_connect_timeout : Errc::upstream_refused;
}

}  // namespace hawkcache::net
