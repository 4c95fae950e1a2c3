// Everything that transactions on one worker work with, of memory: a FakeStore, an origin that
// answers what it is told to, clients without sockets. The worker's loop turns on the test's
// thread.
#pragma once

#include "http/parser.hpp"
#include "net/upstream.hpp"
#include "proxy/transaction.hpp"
#include "unit/admin/parsed_request.hpp"
#include "unit/net/memory_exchange.hpp"
#include "unit/proxy/fake_store.hpp"
#include "unit/proxy/route_builder.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace hawkcache::proxy {

// "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nbody": with a Content-Length.
inline std::string answer_text(std::string_view fields, std::string_view body = "body") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

class FakeOrigin final : public net::Upstream {
 public:
  std::unique_ptr<net::UpstreamExchange> make_exchange() override;

  std::string answer = answer_text("Cache-Control: max-age=60\r\n");  // empty: refused
  std::function<std::string()> more;  // the rest of the body, piece by piece, none of it at once
  std::function<void()> asked;        // called before the head is answered
  std::vector<std::string> requests;
  bool cancelled = false;
  int finished = 0;  // exchanges

 private:
  class Exchange;
};

class FakeOrigin::Exchange final : public net::UpstreamExchange {
 public:
  explicit Exchange(FakeOrigin& origin) : origin_(origin) {}
  net::Awaitable<Result<const http::ResponseHead*>> start(net::UpstreamRequest request) override {
    origin_.requests.push_back(std::move(request.head));
    if (origin_.asked) origin_.asked();
    if (origin_.answer.empty()) co_return make_error_code(Errc::upstream_refused);
    text_ = origin_.answer;
    if (parser_.feed(text_) != http::Feed::complete) throw std::invalid_argument(text_);
    framing_ = http::decide_response_framing(parser_.head(), request.method).framing;
    rest_ = std::string_view(text_).substr(parser_.head_size());
    co_return &parser_.head();
  }
  http::BodyFraming framing() const noexcept override { return framing_; }
  net::Awaitable<Result<std::string_view>> read_body() override {
    if (origin_.more) rest_ = piece_ = origin_.more();
    co_return std::exchange(rest_, std::string_view());
  }
  std::optional<std::string_view> try_read_body() noexcept override {
    if (origin_.more && rest_.empty()) return std::nullopt;
    return std::exchange(rest_, std::string_view());
  }
  std::string server() const override { return "origin.test:80"; }
  void cancel() noexcept override { origin_.cancelled = true; }
  net::Awaitable<void> finish() override { co_return; }
  bool finish_now() noexcept override {
    ++origin_.finished;
    return true;
  }

 private:
  FakeOrigin& origin_;
  std::string text_;
  std::string piece_;
  http::ResponseParser parser_{http::HeadLimits{}};
  http::BodyFraming framing_;
  std::string_view rest_;
};

inline std::unique_ptr<net::UpstreamExchange> FakeOrigin::make_exchange() {
  return std::make_unique<Exchange>(*this);
}

class StandingClock final : public Clock {
 public:
  WallTime wall() const noexcept override { return now; }
  SteadyTime steady() const noexcept override { return std::chrono::steady_clock::now() + ahead; }
  Duration ahead{0};
  WallTime now{std::chrono::hours(24 * 365 * 55)};
};

class OneWorker {
 public:
  explicit OneWorker(Route route)
      : state{.worker = worker,
              .store = store,
              .fills = fills,
              .uncacheable = uncacheable,
              .failed_refreshes = failed_refreshes,
              .fill_budget = fill_budget,
              .counters = counters.worker(0),
              .snapshot = make_snapshot(std::move(route)),
              .upstream = origin,
              .access_log = nullptr,
              .loop_member = "test",
              .request_id_seed = 1,
              .request_ids = 0} {}

  // One request of one client, from the beginning.
  class Asking {
   public:
    Asking(OneWorker& world, std::string_view lines)
        : request_(lines),
          exchange_(world.worker.context(), request_.request(), {}),
          transaction_(world.state) {
      net::PreparedResponse prepared;
      at_once =
          transaction_.try_handle(request_.request(), http::Persistence::keep_alive, prepared) ==
          net::TryHandled::yes;
      if (at_once) {
        for (const auto& buffer : prepared.buffers) {
          exchange_.written.append(static_cast<const char*>(buffer.data()), buffer.size());
        }
        transaction_.finished(request_.request(), exchange_.written.size(), {});
        done = true;
        return;
      }
      net::asio::co_spawn(world.worker.executor(),
                          transaction_.handle(exchange_),
                          [this](const std::exception_ptr& error) {
                            done = true;
                            if (error) std::rethrow_exception(error);
                          });
    }
    const std::string& text() const { return exchange_.written; }
    bool says(std::string_view part) const { return text().find(part) != std::string::npos; }

    bool at_once = false;
    bool done = false;

   private:
    admin::ParsedRequest request_;
    net::test::MemoryExchange exchange_;
    Transaction transaction_;
  };

  std::unique_ptr<Asking> begin(std::string_view lines = kGet) {
    return std::make_unique<Asking>(*this, lines);
  }
  std::unique_ptr<Asking> ask(std::string_view lines = kGet) {
    auto asking = begin(lines);
    turn_until([&] { return asking->done; });
    return asking;
  }
  void turn_until(const std::function<bool()>& condition) {
    while (!condition()) {
      if (worker.context().run_one_for(std::chrono::seconds(20)) == 0) {
        throw std::runtime_error("the event loop waits in vain");
      }
    }
  }
  // Whatever can be done without waiting.
  void turn() {
    while (worker.context().poll() > 0) {
    }
  }

  // As the rule would have stored it for kGet, fresh for a minute.
  store::StoredParts parts(std::string body, std::uint64_t sequence = 1) const {
    store::StoredParts parts;
    parts.key = key_of_get();
    parts.authority = "api.example.com";
    parts.path_and_query = "/a";
    parts.meta.rule_fingerprint = state.snapshot->router->routes()[0].fingerprint;
    parts.meta.freshness.response_time = clock.now;
    parts.meta.freshness.lifetime = std::chrono::minutes(1);
    parts.head = "HTTP/1.1 200 OK\r\n";
    parts.body = {SharedBytes::copy_of(body)};
    parts.epoch = 1;
    parts.sequence = sequence;
    return parts;
  }
  static store::StoredResponsePtr stored(store::StoredParts parts) {
    return store::StoredResponse::make(std::move(parts));
  }
  store::StoredParts stale_parts(std::string body, std::uint64_t sequence = 1) const {
    store::StoredParts made = parts(std::move(body), sequence);
    made.meta.freshness.response_time = clock.now - std::chrono::minutes(2);
    return made;
  }
  std::uint64_t count(observe::Counter counter) const { return counters.total(counter); }

  static constexpr std::string_view kGet = "GET /a HTTP/1.1\nHost: api.example.com\n";

  StandingClock clock;
  net::Worker worker{0, clock};
  FakeStore store{worker.executor()};
  CollapseTable fills{store.fence()};
  UncacheableKeys uncacheable;
  FailedRefreshes failed_refreshes;
  FillBudget fill_budget{0, 100};
  observe::Counters counters{1};
  std::shared_ptr<FakeOrigin> origin = std::make_shared<FakeOrigin>();
  WorkerState state;

 private:
  std::shared_ptr<const Snapshot> make_snapshot(Route route) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->route_counters = {counters.route("a")};
    std::vector<Route> routes;
    routes.push_back(std::move(route));
    snapshot->router = std::make_shared<const Router>(std::move(routes));
    return snapshot;
  }
  std::string key_of_get() const {
    const admin::ParsedRequest request(kGet);
    RequestPlanner planner;
    return std::string(planner
                           .plan(request.head(),
                                 request.target(),
                                 RequestPlanner::Body::absent,
                                 *state.snapshot->router)
                           .key.text);
  }
};

}  // namespace hawkcache::proxy
