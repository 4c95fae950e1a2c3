// Reload under traffic: nothing in flight is lost.
#include "scenario/support/scenario.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <system_error>
#include <thread>

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Status = server::ReloadOutcome::Status;

class Reload : public Scenario {
 protected:
  Status reload(const std::string& routes) { return reload(Daemon{.routes = routes}); }
  Status reload(const Daemon& daemon) {
    proxy->set_daemon(daemon);
    return proxy->reload().status;
  }
};

TEST_F(Reload, NewRulesApplyAndTheStoreStays) {
  start("- path: /a\n- path: /b\n  ttl: 10s");
  get("/a");
  get("/b");
  EXPECT_EQ(reload("- path: /a\n- path: /b\n  ttl: 100s\n- path: /c"), Status::reloaded);
  EXPECT_TRUE(eventually([&] { return get("/c").has("x-cache"); }));
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_EQ(x_cache("/b"), "HIT");
  // A new ttl counts from the next store.
  clock.advance(11s);
  EXPECT_EQ(x_cache("/b"), "MISS");
  EXPECT_THAT(get("/b").cache_status(), HasSubstr("ttl=100"));
}

// A template that nobody has checked: what makes routes of rules throws.
TEST_F(Reload, WhatThrowsLeavesAllAsItWas) {
  start("- path: /a");
  get("/a");
  proxy->tamper([](config::Config& config) { config.routes[0].key = {"{nonsense", {}}; });
  EXPECT_EQ(reload("- path: /b"), Status::rejected);
  EXPECT_THAT(proxy->reload().messages, ElementsAre(HasSubstr("{nonsense")));
  EXPECT_EQ(proxy->metric("hawkcache_reloads_failed_total"), 2);
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_FALSE(get("/b").has("x-cache"));
  proxy->tamper(nullptr);
  EXPECT_EQ(reload("- path: /b"), Status::reloaded);
  EXPECT_TRUE(eventually([&] { return get("/b").has("x-cache"); }));
}

TEST_F(Reload, NoConnectionIsDropped) {
  start("- path: /a");
  std::vector<Client> kept;
  for (int i = 0; i < 8; ++i) {
    kept.push_back(client());
    EXPECT_EQ(kept.back().get("/a").status, 200);
  }
  origin.on("/held", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    exchange.hold("held");
    exchange.send("cd");
  });
  Client streaming = client();
  streaming.send_request("GET", "/held");
  Response response = streaming.read_head();
  EXPECT_EQ(reload("- path: /a\n- path: /held"), Status::reloaded);
  for (Client& one : kept) EXPECT_EQ(one.get("/a").x_cache(), "HIT");
  origin.gate("held").open();
  streaming.read_rest(response);
  EXPECT_EQ(response.body, "abcd");
  EXPECT_EQ(streaming.get("/a").status, 200);
}

TEST_F(Reload, TheAccessLogBeginsWithTheRequestsThatBeginWithIt) {
  const testing_support::TemporaryDirectory directory;
  const std::string file = directory.file("access.log");
  const auto lines = [&] {
    std::ifstream stream(file);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  origin.on("/held", [](OriginExchange& exchange) {
    exchange.hold("held");
    exchange.respond("held");
  });
  start(Daemon{.routes = "- path: /a", .threads = 1});
  Client held = client();
  held.send_request("GET", "/held");
  ASSERT_TRUE(origin.gate("held").wait_for());
  EXPECT_EQ(reload(Daemon{.routes = "- path: /a", .access_log = file, .threads = 1}),
            Status::reloaded);
  EXPECT_EQ(get("/a").status, 200);
  origin.gate("held").open();
  EXPECT_EQ(held.read().body, "held");
  EXPECT_EQ(held.get("/last").status, 200);
  EXPECT_TRUE(eventually([&] { return lines().find("/last") != std::string::npos; }));
  EXPECT_THAT(lines(), HasSubstr("/a"));
  EXPECT_THAT(lines(), Not(HasSubstr("/held"))) << "nobody knows when it began";
}

TEST_F(Reload, AnAccessLogThatWasReplacedIsClosed) {
  const testing_support::TemporaryDirectory directory;
  const std::string first = directory.file("first.log");
  const auto is_open = [&] {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry.path(), gone) == first) return true;
    }
    return false;
  };
  start(Daemon{.routes = "- path: /a", .access_log = first});
  EXPECT_TRUE(is_open());
  EXPECT_EQ(reload(Daemon{.routes = "- path: /a", .access_log = directory.file("second.log")}),
            Status::reloaded);
  EXPECT_TRUE(eventually([&] { return !is_open(); }));
}

TEST_F(Reload, NoRequestFailsUnderLoad) {
  start("- path: /{rest:path}\n  ttl: 1s");
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::vector<std::thread> load;
  for (int i = 0; i < 3; ++i) {
    load.emplace_back([&, i] {
      Client one = client();
      for (int n = 0; !stop; ++n) {
        const Response response = one.get("/" + std::to_string((n + i) % 50));
        if (response.status != 200 || !response.whole) ++failed;
        if (response.status == 0) one = client();
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(reload("- path: /{rest:path}\n  ttl: " + std::to_string(i + 1) + "s"),
              Status::reloaded);
    get("/" + std::to_string(i));
    clock.advance(500ms);
  }
  stop = true;
  for (std::thread& thread : load) thread.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(Reload, ABrokenFileKeepsTheOldConfigurationAndSaysWhy) {
  start("- path: /a");
  get("/a");
  proxy->set_text("routes:\n  - path: /b\n    tll: 5s\n    ttl: never\n");
  const auto outcome = proxy->reload();
  EXPECT_EQ(outcome.status, Status::rejected);
  ASSERT_FALSE(outcome.messages.empty());
  EXPECT_THAT(outcome.messages, ::testing::Contains(HasSubstr("scenario.yaml:3:5: error:")));
  EXPECT_THAT(outcome.messages, ::testing::Contains(HasSubstr("scenario.yaml:4:")));
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_FALSE(get("/b").has("x-cache"));
  const Response over_http = proxy->admin("POST", "/v1/reload");
  EXPECT_THAT(over_http.status, AnyOf(400, 409, 422));
  EXPECT_THAT(over_http.body, HasSubstr("scenario.yaml:3:5"));
  EXPECT_EQ(x_cache("/a"), "HIT");
  proxy->set_daemon(Daemon{.routes = "- path: /a\n- path: /b"});
  EXPECT_EQ(proxy->admin("POST", "/v1/reload").status, 200);
  EXPECT_TRUE(eventually([&] { return get("/b").has("x-cache"); }));
}

TEST_F(Reload, EntriesOfAChangedRuleCountAsMissesAndAllOthersStay) {
  const auto rules = [](const std::string& of_a) {
    return "- name: a\n  path: /a\n" + of_a + "- name: b\n  path: /b\n";
  };
  for (const std::string change : {"  vary: [x-tenant]\n",
                                   "  tags: [t]\n",
                                   "  key: \"k:{host}:{path}:{query}\"\n",
                                   "  cookies: ignore\n",
                                   "  query: { sort: true }\n"}) {
    SCOPED_TRACE(change);
    start(rules(""));
    get("/a");
    get("/b");
    EXPECT_EQ(reload(rules(change)), Status::reloaded);
    EXPECT_TRUE(eventually([&] { return get("/a").x_cache() == "MISS"; }));
    EXPECT_EQ(x_cache("/b"), "HIT");
  }
}

TEST_F(Reload, WhatNeedsARestartKeepsTheOldConfiguration) {
  start(Daemon{.routes = "- path: /a", .threads = 2});
  get("/a");
  EXPECT_EQ(reload(Daemon{.routes = "- path: /b", .threads = 3}), Status::needs_restart);
  const Response over_http = proxy->admin("POST", "/v1/reload");
  EXPECT_EQ(over_http.status, 409);
  EXPECT_THAT(over_http.body, HasSubstr("`threads` was changed from 2 to 3"));
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_FALSE(get("/b").has("x-cache"));
}

// A large file, or one on a disk that hangs.
TEST(ReloadThatReadsForLong, HoldsUpNobodyElse) {
  const auto load = [] {
    return config::load_text(
        "listen: 127.0.0.1:0\nadmin: { listen: \"127.0.0.1:0\" }\n"
        "upstream: { servers: [\"http://127.0.0.1:9\"] }\nroutes: [{ path: /a }]\n",
        "f",
        {});
  };
  std::promise<void> begun;
  std::promise<void> may_end;
  const auto source = [&, may_end = may_end.get_future().share()] {
    begun.set_value();
    may_end.wait();
    return load();
  };
  const SystemClock clock;
  server::Server server(*load().config, source, clock);
  ASSERT_FALSE(server.start());
  std::thread reload([&] { EXPECT_EQ(server.reload().status, Status::reloaded); });
  begun.get_future().wait();
  for (const std::string_view path : {"/healthz", "/readyz", "/v1/stats", "/metrics"}) {
    Client admin(server.admin_port());
    EXPECT_EQ(admin.request("GET", path, {{"Host", "localhost"}}).status, 200) << path;
  }
  may_end.set_value();
  reload.join();
  server.stop();
  server.wait();
}

TEST_F(Reload, AFetchInFlightSurvivesAndOnlyItsOwnRulesEntriesAreKept) {
  start("- name: a\n  path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond("#" + std::to_string(exchange.request().number));
  });
  Client before = client();
  before.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("first").wait_for());
  EXPECT_EQ(reload("- name: a\n  path: /a\n  tags: [t]"), Status::reloaded);
  origin.gate("first").open();
  EXPECT_EQ(before.read().body, "#1");
  // What was stored without the new tag must not outlive a purge of it.
  get("/a");
  EXPECT_EQ(purge(R"({"tags": ["t"]})").status, 200);
  EXPECT_TRUE(eventually([&] { return get("/a").body != "#1"; }));
}

}  // namespace
}  // namespace hawkcache::scenario
