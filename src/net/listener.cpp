#include "net/listener.hpp"

#include "base/log.hpp"
#include "net/accepting.hpp"
#include "net/spawn.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

namespace hawkcache::net {
namespace {

using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int kBacklog = 4096;
constexpr unsigned kInARow = 8;         // accepted, before what else is ready has its turn
constexpr Duration kGaugePoll{50};      // how often a full gauge is asked again
constexpr Duration kTroublePause{150};  // after an accept that failed
constexpr std::chrono::seconds kWarnInterval{10};

// One listening socket on its worker. Shared by the listener and the accept loop; after start()
// only touched on the worker's thread.
struct AcceptorState {
  explicit AcceptorState(Worker& owner)
      : worker(owner), acceptor(owner.executor()), pause(owner.executor()) {}

  Worker& worker;
  Acceptor acceptor;
  Timer pause;
  Turns::Place place;
  std::shared_ptr<const std::vector<Worker*>> all_workers;  // that accept here
  ConnectionSettings settings;
  std::shared_ptr<SpareParsers> parsers;
  HandlerFactory factory;
  std::shared_ptr<ConnectionGauge> gauge;
  SteadyTime warned{};
  bool stopped = false;
};
using AcceptorPtr = std::shared_ptr<AcceptorState>;

void warn_of_trouble(AcceptorState& state, const ErrorCode& error) {
  const SteadyTime now = steady_now();
  if (state.warned != SteadyTime{} && now - state.warned < kWarnInterval) return;
  state.warned = now;
  log::warn("cannot accept connections for now: {}", error.message());
}

Awaitable<void> rest(AcceptorPtr state, Duration time) {
  state->pause.expires_after(time);
  co_await state->pause.async_wait(use_op);
}

// The kernel decides which worker has the idle connections, and which the one that waits.
void ask_for_room(AcceptorState& state) {
  if (make_room(state.worker.connections()) > 0) return;
  if (!state.gauge->may_ask_all(steady_now(), kGaugePoll)) return;
  for (Worker* worker : *state.all_workers) {
    if (worker == &state.worker) continue;
    asio::post(worker->executor(), [worker] { make_room(worker->connections()); });
  }
}

// Mostly descriptors or memory are short; trying again at once would spin.
Awaitable<void> rest_from_trouble(AcceptorPtr state, ErrorCode error) {
  warn_of_trouble(*state, error);
  co_await rest(state, kTroublePause);
}

// An accepted connection waits here while there are too many; the ones behind it wait in the
// kernel. Those that say nothing must not keep out those that would.
Awaitable<void> wait_for_room(AcceptorPtr state) {
  while (!state->stopped && !state->gauge->try_add()) {
    ask_for_room(*state);
    co_await rest(state, kGaugePoll);
  }
}

// The gauge has counted it.
void hand_over(AcceptorState& state, Socket socket, const tcp::endpoint& peer) {
  GaugePlace place(state.gauge);
  serve_connection(state.worker,
                   {.socket = std::move(socket),
                    .peer = peer,
                    .handler = state.factory(state.worker),
                    .parsers = state.parsers,
                    .place = std::move(place)},
                   state.settings);
}

Awaitable<void> accept_loop(AcceptorPtr state) {
  for (unsigned in_a_row = 1; !state->stopped; ++in_a_row) {
    Result<Accepted> accepted = accept_now(state->acceptor);
    if (accepted.has_value()) {
      if (!state->gauge->try_add()) co_await wait_for_room(state);
      if (!state->stopped) hand_over(*state, std::move(accepted->socket), accepted->peer);
      if (in_a_row % kInARow != 0) continue;
      co_await state->worker.turns().wait(state->place, asio::deferred);
    } else if (accepted.error() == asio::error::would_block) {
      const auto [error] = co_await state->acceptor.async_wait(Acceptor::wait_read, use_op);
      if (error && !state->stopped) co_await rest_from_trouble(state, error);
    } else {
      co_await rest_from_trouble(state, accepted.error());
    }
  }
}

ErrorCode bind_one(Acceptor& acceptor, const tcp::endpoint& endpoint, bool v6_only) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(v6_only), error);
  return error;
}

// Finds out whether anybody listens there, and picks the port where none is given: a socket without
// SO_REUSEPORT cannot be bound where another process listens.
Result<std::uint16_t> probe(asio::io_context& context,
                            const tcp::endpoint& endpoint,
                            bool v6_only) {
  Acceptor acceptor(context.get_executor());
  ErrorCode error = bind_one(acceptor, endpoint, v6_only);
  if (!error) acceptor.bind(endpoint, error);
  if (error) return error;
  const tcp::endpoint bound = acceptor.local_endpoint(error);
  if (error) return error;
  return bound.port();
}

ErrorCode listen(Acceptor& acceptor, const tcp::endpoint& endpoint, bool v6_only) {
  ErrorCode error = bind_one(acceptor, endpoint, v6_only);
  if (!error) acceptor.set_option(ReusePort(true), error);
  // Accepted sockets have it from the listening one: a system call less for each.
  if (!error) acceptor.set_option(tcp::no_delay(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.non_blocking(true, error);  // accept_now() never waits
  if (!error) acceptor.listen(kBacklog, error);
  return error;
}

bool is_missing_family(const ErrorCode& error) noexcept {
  return error == asio::error::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

// The addresses of a name, each once.
Result<std::vector<tcp::endpoint>> look_up(const ListenAddress& address) {
  ErrorCode error;
  const asio::ip::address literal = asio::ip::make_address(address.host, error);
  if (!error) return std::vector<tcp::endpoint>{{literal, address.port}};
  asio::io_context context;
  asio::ip::basic_resolver<tcp, Executor> resolver(context.get_executor());
  const auto found = resolver.resolve(address.host, "", asio::ip::resolver_base::passive, error);
  if (error) return error;
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : found) {
    const tcp::endpoint endpoint(entry.endpoint().address(), address.port);
    if (std::ranges::find(endpoints, endpoint) == endpoints.end()) endpoints.push_back(endpoint);
  }
  return endpoints;
}

}  // namespace

struct Listener::Impl {
  std::vector<AcceptorPtr> acceptors;
  std::uint16_t port = 0;
  bool started = false;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() { stop(); }

Result<std::unique_ptr<Listener>> Listener::bind(const ListenAddress& address,
                                                 const std::vector<Worker*>& workers) {
  const Result<std::vector<tcp::endpoint>> endpoints = look_up(address);
  if (endpoints.has_error()) return endpoints.error();
  const auto all_workers = std::make_shared<const std::vector<Worker*>>(workers);
  auto impl = std::make_unique<Impl>();
  impl->port = address.port;
  asio::io_context context;
  ErrorCode not_here;
  for (tcp::endpoint endpoint : *endpoints) {
    const bool v6_only = address.v6_only || !endpoint.address().is_unspecified();
    endpoint.port(impl->port);
    const Result<std::uint16_t> port = probe(context, endpoint, v6_only);
    if (port.has_error() && is_missing_family(port.error())) {
      // "localhost" has an IPv6 address in many hosts files of machines without IPv6.
      not_here = port.error();
      continue;
    }
    if (port.has_error()) return port.error();
    impl->port = *port;
    endpoint.port(*port);
    for (Worker* worker : workers) {
      auto state = std::make_shared<AcceptorState>(*worker);
      if (const ErrorCode error = listen(state->acceptor, endpoint, v6_only)) return error;
      state->all_workers = all_workers;
      impl->acceptors.push_back(std::move(state));
    }
  }
  if (impl->acceptors.empty()) return not_here;
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

void Listener::start(ConnectionSettings settings,
                     HandlerFactory factory,
                     std::shared_ptr<ConnectionGauge> gauge) {
  impl_->started = true;
  for (const AcceptorPtr& state : impl_->acceptors) {
    state->settings = settings;
    state->parsers = std::make_shared<SpareParsers>(settings.limits);
    state->factory = factory;
    state->gauge = gauge;
    spawn_loop(state->worker.executor(), [state] { return accept_loop(state); });
  }
}

void Listener::stop() {
  for (AcceptorPtr& state : impl_->acceptors) {
    // Never started: nobody else knows of the socket, and it is closed right here.
    if (!impl_->started) continue;
    asio::post(state->worker.executor(), [state] {
      state->stopped = true;
      ErrorCode ignored;
      state->acceptor.close(ignored);
      state->pause.cancel();
    });
  }
  impl_->acceptors.clear();
}

std::uint16_t Listener::port() const noexcept { return impl_->port; }

}  // namespace hawkcache::net
