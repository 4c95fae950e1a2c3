#include "net/resolver.hpp"

#include "net/wake_up.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <netdb.h>

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

struct Resolver::State : std::enable_shared_from_this<State> {
  // Where a look-up's thread finds the resolver, while there is one.
  struct Way {
    std::mutex mutex;
    State* state = nullptr;
  };

  State(Executor on, const Clock& time, LookUp with)
      : executor(on), clock(time), ask(std::move(with)) {
    way->state = this;
  }
  ~State() { close(); }

  Executor executor;
  const Clock& clock;
  LookUp ask;
  std::shared_ptr<Way> way = std::make_shared<Way>();
  std::unordered_map<std::string, Name> names;

  void look_up(const std::string& host);
  void found(const std::string& host, Addresses addresses);
  void close() {
    const std::lock_guard lock(way->mutex);
    way->state = nullptr;
  }
};

// A thread of its own for each name: nothing can end a look-up, so nobody waits for one, neither
// another name nor the end of the worker.
void Resolver::State::look_up(const std::string& host) try {
  names[host].looking_up = true;
  std::thread([host, ask = ask, to = way] {
    Addresses addresses = ask(host);
    const std::lock_guard lock(to->mutex);
    if (to->state == nullptr || to->state->executor.context().stopped()) return;
    asio::post(to->state->executor,
               [host, state = to->state->weak_from_this(), addresses = std::move(addresses)] {
                 if (const auto alive = state.lock()) alive->found(host, addresses);
               });
  }).detach();
} catch (const std::system_error&) {
  found(host, {});  // no thread to be had
}

void Resolver::State::found(const std::string& host, Addresses addresses) {
  Name& name = names[host];
  const bool success = !addresses.empty();
  if (success) name.addresses = std::move(addresses);
  name.fresh_until = clock.steady() + (success ? kKeep : kKeepFailure);
  name.looking_up = false;
  for (const std::shared_ptr<WakeUp>& waiter : std::exchange(name.waiting, {})) waiter->ring();
}

Resolver::Addresses Resolver::ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    endpoint.resize(one->ai_addrlen);
    if (std::ranges::find(addresses, endpoint.address()) == addresses.end()) {
      addresses.push_back(endpoint.address());
    }
  }
  return addresses;
}

Resolver::Resolver(Executor executor, const Clock& clock, LookUp look_up)
    : state_(std::make_shared<State>(executor, clock, std::move(look_up))) {}
Resolver::~Resolver() { state_->close(); }

Awaitable<Result<Resolver::Addresses>> Resolver::resolve(std::string host, Duration timeout) {
  const std::shared_ptr<State> state = state_;
  ErrorCode error;
  const asio::ip::address literal = asio::ip::make_address(host, error);
  if (!error) co_return Addresses{literal};

  Name& name = state->names[host];  // references into an unordered_map stay valid
  const SteadyTime now = state->clock.steady();
  const bool fresh = now < name.fresh_until;
  if (!fresh && !name.looking_up) state->look_up(host);
  const bool usable = !name.addresses.empty() && now < name.fresh_until + kOldIsFine;
  if (!fresh && !usable && name.looking_up) {
    const auto bell = std::make_shared<WakeUp>(state->executor);
    name.waiting.push_back(bell);
    co_await bell->wait(timeout);
    if (name.looking_up) std::erase(name.waiting, bell);
  }
  if (!name.addresses.empty()) co_return name.addresses;
  co_return name.looking_up ? Errc::upstream_connect_timeout : Errc::upstream_unresolved;
}

}  // namespace hawkcache::net
