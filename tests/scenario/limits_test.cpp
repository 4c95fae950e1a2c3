// Limits and slow origins: small limits are set, so that reaching them is quick.
#include "scenario/support/hostile.hpp"

#include <atomic>
#include <thread>

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;

class Limits : public HostileRequests {
 protected:
  void SetUp() override {}
  // Whether others are served promptly.
  void expect_quick_service() {
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(get("/cached/quick").status, 200);
    EXPECT_EQ(get("/quick").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2500ms);
  }
  // Waits until a counter has not moved for a while, or has reached `enough`.
  static std::size_t settled(const std::atomic<std::size_t>& counter, std::size_t enough) {
    std::size_t last = 0;
    auto since = std::chrono::steady_clock::now();
    (void)eventually([&] {
      const std::size_t now = counter;
      if (now != last) {
        last = now;
        since = std::chrono::steady_clock::now();
      }
      return now >= enough || (now > 0 && std::chrono::steady_clock::now() - since > 300ms);
    });
    return last;
  }
};

TEST_F(Limits, TargetsAndHeadsOfOrdinarySizeWork) {
  start("- path: /cached/{rest:path}");
  const std::string target = "/cached/" + std::string(7000, 'a');
  EXPECT_EQ(x_cache(target), "MISS");
  EXPECT_EQ(x_cache(target), "HIT");
  EXPECT_EQ(origin.count(target), 1U);
  const std::string long_query = "/pass?q=" + std::string(7000, 'b');
  EXPECT_EQ(get(long_query).status, 200);
  EXPECT_EQ(origin.count(long_query), 1U);
  Fields many;
  for (int i = 0; i < 100; ++i) many.emplace_back("X-" + std::to_string(i), std::string(100, 'v'));
  EXPECT_EQ(get("/pass", many).status, 200);
  EXPECT_EQ(origin.last("/pass").fields.value("x-99"), std::string(100, 'v'));
}

TEST_F(Limits, LargerOnesAreRefusedAndNeverCut) {
  start(Daemon{.routes = "- path: /cached/{rest:path}",
               .limits = "request_line: 1KiB\nheader_block: 8KiB\nheader_count: 20"});
  const std::string host = "Host: api.test\r\n";
  check({
      {.name = "a long line",
       .raw = "GET /" + std::string(2000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
       .statuses = {414}},
      {.name = "a very long line",
       .raw = "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
       .statuses = {414, 0}},
      {.name = "a long method",
       .raw = std::string(2000, 'G') + " / HTTP/1.1\r\n" + host + "\r\n",
       .statuses = {400, 414, 501}},
      {.name = "one long field",
       .raw = "GET / HTTP/1.1\r\n" + host + "X: " + std::string(9000, 'a') + "\r\n\r\n",
       .statuses = {431}},
      {.name = "many small fields",
       .raw = "GET / HTTP/1.1\r\n" + host + repeated("X: 1\r\n", 30) + "\r\n",
       .statuses = {431}},
      {.name = "a field that never ends",
       .raw = "GET / HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'a'),
       .statuses = {431}},
      {.name = "within the limits",
       .raw = "GET /" + std::string(500, 'a') + " HTTP/1.1\r\n" + host + repeated("X: 1\r\n", 15) +
              "\r\n",
       .statuses = {200},
       .then = Then::kept,
       .origin = Reached::whole},
  });
}

TEST_F(Limits, TheBytesOfARefusalAreCounted) {
  start("- path: /cached/{rest:path}");
  const double before = proxy->metric("hawkcache_bytes_to_clients_total");
  Client refused = client();
  refused.send("GET / HTTP/1.1\r\n\r\n");
  const std::string bytes = refused.read_all();
  EXPECT_NE(bytes.find(" 400 "), std::string::npos);
  EXPECT_TRUE(eventually([&] {
    return proxy->metric("hawkcache_bytes_to_clients_total") ==
           before + static_cast<double>(bytes.size());
  }));
}

TEST_F(Limits, AnEndlessHeadIsCut) {
  start("- path: /cached/{rest:path}");
  Client one = client();
  one.send("GET / HTTP/1.1\r\nHost: api.test\r\n");
  const std::string piece = repeated("X-Filler: value\r\n", 1000);
  std::size_t sent = 0;
  while (sent < 100'000'000 && one.send(piece)) sent += piece.size();
  EXPECT_LT(sent, 50'000'000U);
  expect_quick_service();
}

TEST_F(Limits, ARequestBodyBeyondItsLimitIsRefused) {
  start(Daemon{.routes = "- path: /cached/{rest:path}", .limits = "request_body: 10KiB"});
  EXPECT_EQ(request("POST", "/pass", {}, std::string(10'000, 'x')).status, 200);
  Client announced = client();
  announced.send("POST /pass HTTP/1.1\r\nHost: api.test\r\nContent-Length: 20000\r\n\r\n");
  EXPECT_EQ(announced.read().status, 413);
  EXPECT_TRUE(announced.is_closed_by_peer());
  Client chunked = client();
  chunked.send("POST /pass2 HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\n" +
               chunk(std::string(20'000, 'x')) + "0\r\n\r\n");
  EXPECT_THAT(chunked.read().status, AnyOf(413, 0));
  EXPECT_EQ(whole_requests(), 1U);
}

// Clients that read only when they have sent all would lose the answer to a reset.
TEST_F(Limits, WhoAnnouncesALargeBodyCanSendItAndReadItsRefusal) {
  start(Daemon{.routes = "- path: /cached/{rest:path}", .limits = "request_body: 10KiB"});
  const std::string body(32 * 1024 * 1024, 'x');
  Client one = client();
  one.send("POST /pass HTTP/1.1\r\nHost: api.test\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_TRUE(one.send(body));
  EXPECT_EQ(one.read().status, 413);
  one.close();
  EXPECT_EQ(whole_requests(), 0U);
}

TEST_F(Limits, ThousandsOfPipelinedRequestsAreAnswered) {
  start("- path: /cached/{rest:path}");
  get("/cached/p");
  Client one = client();
  std::thread sender(
      [&] { one.send(repeated("GET /cached/p HTTP/1.1\r\nHost: api.test\r\n\r\n", 2000)); });
  sender.join();
  for (int i = 0; i < 2000; ++i) {
    const Response response = one.read();
    ASSERT_EQ(response.x_cache(), "HIT") << i;
  }
  expect_quick_service();
}

TEST_F(Limits, VariantsOfOneKeyAreBounded) {
  start(Daemon{.routes = "- path: /cached/{rest:path}", .limits = "variants: 8"});
  origin.on("/cached/v", [](OriginExchange& exchange) {
    exchange.respond(exchange.request().fields.value("x-lang"), {{"Vary", "X-Lang"}});
  });
  Client one = client();
  for (int i = 0; i < 300; ++i) {
    const std::string language = "l" + std::to_string(i);
    EXPECT_EQ(one.get("/cached/v", {{"X-Lang", language}}).body, language);
  }
  EXPECT_LE(proxy->metric("hawkcache_store_entries"), 8);
  EXPECT_EQ(one.get("/cached/v", {{"X-Lang", "l299"}}).x_cache(), "HIT");
}

TEST_F(Limits, TheStoreStaysWithinItsBudgets) {
  start(Daemon{.routes = "- path: /{rest:path}", .memory = "max_size: 1MiB\nmax_entries: 100"});
  Client one = client();
  for (int i = 0; i < 300; ++i) EXPECT_EQ(one.get("/n" + std::to_string(i)).status, 200);
  EXPECT_LE(proxy->metric("hawkcache_store_entries"), 100);
  origin.otherwise([](OriginExchange& exchange) { exchange.respond(std::string(20'000, 'x')); });
  for (int i = 0; i < 300; ++i) EXPECT_EQ(one.get("/s" + std::to_string(i)).body.size(), 20'000U);
  EXPECT_LE(proxy->metric("hawkcache_store_bytes"), 1024 * 1024);
  EXPECT_GT(proxy->metric("hawkcache_store_entries"), 5);
}

TEST_F(Limits, IdleAndUnfinishedClientsHarmNobody) {
  start("- path: /cached/{rest:path}");
  std::vector<Client> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(client());
  for (int i = 0; i < 100; ++i) {
    crowd.push_back(client());
    crowd.back().send("GET /cached/x HTTP/1.1\r\nHost: api");
  }
  for (int i = 0; i < 50; ++i) {
    crowd.push_back(client());
    crowd.back().send("POST /upload HTTP/1.1\r\nHost: api.test\r\nContent-Length: 100000\r\n\r\nx");
  }
  expect_quick_service();
}

TEST_F(Limits, SlowOriginAnswersCostOnlyThoseWhoWaitForThem) {
  start("- path: /cached/{rest:path}");
  const auto held = [](OriginExchange& exchange) {
    exchange.hold("slow");
    exchange.respond("slow");
  };
  std::vector<Client> waiting;
  origin.on("/cached/one", held);
  for (int i = 0; i < 60; ++i) {
    origin.on("/slow" + std::to_string(i), held);
    waiting.push_back(client());
    waiting.back().send_request("GET", "/slow" + std::to_string(i));
  }
  for (int i = 0; i < 30; ++i) {
    waiting.push_back(client());
    waiting.back().send_request("GET", "/cached/one");
  }
  ASSERT_TRUE(origin.gate("slow").wait_for(61));
  expect_quick_service();
  origin.gate("slow").open();
  for (Client& one : waiting) EXPECT_EQ(one.read().body, "slow");
}

TEST_F(Limits, AClientThatDoesNotReadSlowsItsOriginDown) {
  start("- path: /cached/{rest:path}");
  auto sent = std::make_shared<std::atomic<std::size_t>>(0);
  origin.on("/huge", [sent](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n");
    const std::string piece(65'536, 'x');
    for (int i = 0; i < 4096 && exchange.send(piece); ++i) *sent += piece.size();
    exchange.close();
  });
  Client lazy = client();
  lazy.wire().shrink_receive_buffer(4096);
  lazy.send_request("GET", "/huge");
  EXPECT_LT(settled(*sent, 200'000'000), 64U * 1024 * 1024);
  expect_quick_service();
  lazy.reset();
}

// 8 MiB are for bodies on their way, half of them for those that wait for slow clients. What is not
// kept runs 128 KiB ahead of its client; the rest is for buffers, on both sides of the daemon.
TEST_F(Limits, ClientsThatDoNotReadTakeLittleMoreThanIsForBodiesOnTheirWay) {
  start(Daemon{.routes = "- path: /cached/{rest:path}\n  ttl: 60s",
               .memory = "max_size: 16MiB\nmax_object: 8MiB"});
  constexpr std::size_t kStalled = 64;
  constexpr double kMiB = 1024.0 * 1024.0;
  const auto piece = std::make_shared<const std::string>(65'536, 'x');
  const auto sent = std::make_shared<std::atomic<std::size_t>>(0);
  const auto endless = [piece, sent](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n");
    while (exchange.send(*piece)) *sent += piece->size();
  };
  const double before = proxy->metric("process_resident_memory_bytes");
  std::vector<Client> stalled;
  for (std::size_t i = 0; i < kStalled; ++i) {
    const std::string target = "/cached/stalled/" + std::to_string(i);
    origin.on(target, endless);
    stalled.push_back(client());
    stalled.back().wire().shrink_receive_buffer(4096);
    stalled.back().send_request("GET", target);
  }
  // Each that is kept runs 1 MiB ahead of its client.
  EXPECT_TRUE(eventually(
      [&] { return proxy->metric("hawkcache_not_stored_in_flight_total") >= kStalled - 4; }));
  EXPECT_LT(settled(*sent, kStalled * 8'000'000), kStalled * 8'000'000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(proxy->metric("process_resident_memory_bytes") - before, (8 + kStalled) * kMiB);
#endif
  EXPECT_EQ(x_cache("/cached/quick"), "MISS");
  EXPECT_EQ(x_cache("/cached/quick"), "HIT") << "they leave room for others";
  for (Client& one : stalled) one.reset();
}

TEST_F(Limits, AnOriginThatDoesNotReadSlowsItsClientDown) {
  start("- path: /cached/{rest:path}");
  origin.on(
      "/upload",
      [](OriginExchange& exchange) {
        exchange.hold("reading");
        exchange.read_body();
        exchange.respond(std::to_string(exchange.request().body.size()));
      },
      FakeOrigin::Body::by_script);
  constexpr std::size_t kSize = 64 * 1024 * 1024;
  std::atomic<std::size_t> sent{0};
  Client one = client();
  one.send("POST /upload HTTP/1.1\r\nHost: api.test\r\nContent-Length: " + std::to_string(kSize) +
           "\r\n\r\n");
  std::thread sender([&] {
    const std::string piece(65'536, 'x');
    while (sent < kSize && one.send(piece)) sent += piece.size();
  });
  EXPECT_LT(settled(sent, kSize), 48U * 1024 * 1024);
  expect_quick_service();
  origin.gate("reading").open();
  EXPECT_EQ(one.read().body, std::to_string(kSize));
  sender.join();
}

TEST_F(Limits, ConnectionsAreBounded) {
  start(Daemon{
      .routes = "- path: /cached/{rest:path}", .limits = "max_connections: 4", .threads = 1});
  origin.on("/held", [](OriginExchange& exchange) {
    exchange.hold("held");
    exchange.respond("late");
  });
  EXPECT_EQ(get("/cached/c").status, 200);
  std::vector<Client> crowd;
  for (int i = 0; i < 4; ++i) {
    crowd.push_back(client());
    crowd.back().send_request("GET", "/held");
  }
  ASSERT_TRUE(origin.gate("held").wait_for(4));
  Client one_too_many = client();
  one_too_many.send_request("GET", "/cached/c");
  EXPECT_FALSE(one_too_many.wire().receive(100ms));
  origin.gate("held").open();
  for (Client& one : crowd) EXPECT_EQ(one.read().body, "late");
  // Those that say nothing make room.
  EXPECT_EQ(one_too_many.read().x_cache(), "HIT");
}

TEST_F(Limits, SilentConnectionsToTheAdminListenerKeepNobodyOut) {
  start("- path: /cached/{rest:path}");
  std::vector<Client> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(proxy->admin_client());
  EXPECT_EQ(proxy->admin("GET", "/healthz").status, 200);
}

}  // namespace
}  // namespace hawkcache::scenario
