// What happened, and which counters of /metrics moved: each of them, and no other.
#include "scenario/support/range_origin.hpp"

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace hawkcache::scenario {
namespace {

using Moved = std::map<std::string, double>;

class Counting : public Scenario {
 protected:
  static constexpr std::size_t kLarge = std::size_t{8} << 20;  // more than sockets hold

  struct Row {
    std::string name;
    std::function<void(const std::string& target)> before;  // not counted
    std::function<void(const std::string& target)> happens;
    Moved moved;
  };

  void SetUp() override {
    start(Daemon{.routes = "- path: /own/{rest:path}\n"
                           "  ttl: 60s\n"
                           "- path: /stale/{rest:path}\n"
                           "  ttl: 60s\n"
                           "  stale_while_revalidate: 30s\n"
                           "  stale_if_error: 10m\n"
                           "- path: /origin/{rest:path}\n"
                           "  ttl: origin\n"
                           "  request_cache_control: honor\n"
                           "  bypass: [{ query: bypass }]\n",
                 .memory = "max_size: 128MiB\nmax_object: 16MiB"});
    origin.otherwise([this](OriginExchange& exchange) { origin_has.get().answer(exchange); });
  }
  // The counters that tell how requests ended, but for those of bytes.
  Moved counters() const {
    std::istringstream lines(proxy->admin("GET", "/metrics").body);
    Moved all;
    for (std::string line; std::getline(lines, line);) {
      const std::size_t end = line.find("_total ");
      if (!line.starts_with("hawkcache_") || end == line.npos) continue;
      const std::string name = line.substr(10, end - 10);
      if (kCounted.find(" " + name + " ") == kCounted.npos) continue;
      all[name] = std::stod(line.substr(end + 7));
    }
    return all;
  }
  Moved moved_since(const Moved& before) const {
    Moved moved;
    for (const auto& [name, value] : counters()) {
      if (value != before.at(name)) moved[name] = value - before.at(name);
    }
    return moved;
  }
  // A request is counted when its answer has been written, which may be after the client has it.
  void check(Row row) {
    SCOPED_TRACE(row.name);
    const std::string target = row.name.substr(row.name.find('/'));
    asked_ = 0;
    Moved before = counters();
    if (row.before) row.before(target);
    EXPECT_TRUE(eventually([&] { return moved_since(before)["requests"] == asked_; }));
    before = counters();
    asked_ = 0;
    row.happens(target);
    row.moved["requests"] = asked_;
    EXPECT_TRUE(eventually([&] { return moved_since(before) == row.moved; }, 5s))
        << ::testing::PrintToString(moved_since(before));
  }
  void check(const std::vector<Row>& table) {
    for (const Row& row : table) check(row);
  }

  // Clients.
  Client ask(const std::string& target, const Fields& fields = {}, const char* method = "GET") {
    Client one = client();
    ++asked_;
    one.send_request(method, target, fields);
    return one;
  }
  Response have(const std::string& target, const Fields& fields = {}, const char* method = "GET") {
    return ask(target, fields, method).read(method);
  }
  std::function<void(const std::string&)> asks(Fields fields = {}, const char* method = "GET") {
    return [this, fields, method](const std::string& target) { have(target, fields, method); };
  }
  // It has had the head, and leaves before the origin goes on.
  void leave_within(const std::string& target) {
    Client one = client();
    one.wire().shrink_receive_buffer(4096);
    ++asked_;
    one.send_request("GET", target);
    EXPECT_EQ(one.read_head().status, 200);
    one.reset();
    origin.gate(target).open();
  }

  // Origins.
  void holds_within(const std::string& target) {
    origin.on(target, [target](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
      exchange.hold(target);
      exchange.send("56789");
    });
  }
  void breaks_off(const std::string& target) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
      exchange.close();
    });
  }
  void fails(const std::string& target) {
    origin.on(target, [](OriginExchange& exchange) { exchange.close(); });
  }
  void let_it_become_stale(const std::string& target) {
    have(target);
    clock.advance(61s);
  }
  void then_answers(const std::string& target, const std::string& raw) {
    let_it_become_stale(target);
    origin.answer(target, raw);
  }

  SharedRepresentation origin_has;
  double asked_ = 0;
  const std::string kCounted =
      " requests hits hits_stale misses collapsed bypasses passes rejected not_modified ranges "
      "fetches fetch_errors refreshes revalidated stored not_stored client_aborts ";
};

const Moved kMissStored{{"misses", 1}, {"fetches", 1}, {"stored", 1}};

Moved with(Moved moved, const std::string& name) {
  moved[name] += 1;
  return moved;
}

TEST_F(Counting, WhatTheStoreAnswers) {
  const Fields known{{"If-None-Match", "\"v1\""}};
  check({
      {"miss /own/miss", {}, asks(), kMissStored},
      {"hit /own/hit", asks(), asks(), {{"hits", 1}}},
      {"304 of a hit /own/304", asks(), asks(known), {{"hits", 1}, {"not_modified", 1}}},
      {"206 of a hit /own/206", asks(), asks(range("2-3")), {{"hits", 1}, {"ranges", 1}}},
      {"416 of a hit /own/416", asks(), asks(range("50-")), {{"hits", 1}}},
      {"304 of a miss /own/miss304", {}, asks(known), with(kMissStored, "not_modified")},
      {"206 of a miss /own/miss206", {}, asks(range("2-3")), with(kMissStored, "ranges")},
      {"the origin's own 206 /origin/miss206", {}, asks(range("2-3")), kMissStored},
      {"206 of a part /origin/part",
       asks(range("2-5")),
       asks(range("3-4")),
       {{"hits", 1}, {"ranges", 1}}},
      {"nothing stored /origin/only",
       {},
       asks({{"Cache-Control", "only-if-cached"}}),
       {{"bypasses", 1}}},
      {"bypass /origin/b?bypass=1", {}, asks(), {{"bypasses", 1}, {"fetches", 1}}},
      {"pass /pass", {}, asks(), {{"passes", 1}, {"fetches", 1}}},
  });
}

TEST_F(Counting, WhatIsFreshened) {
  const std::string not_modified = "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n";
  const auto then = [this](const std::string& raw) {
    return [this, raw](const std::string& target) { then_answers(target, raw); };
  };
  const Moved freshened{{"misses", 1}, {"fetches", 1}, {"revalidated", 1}};
  check({
      {"by a 304 /own/304", then(not_modified + "\r\n"), asks(), freshened},
      {"and a 304 made of it /own/both",
       then(not_modified + "\r\n"),
       asks({{"If-None-Match", "\"v1\""}}),
       with(freshened, "not_modified")},
      {"and a part of it /own/part",
       then(not_modified + "\r\n"),
       asks(range("2-3")),
       with(freshened, "ranges")},
      {"by a HEAD /own/head",
       then("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 10\r\n\r\n"),
       asks({}, "HEAD"),
       freshened},
      {"turned private /own/private",
       then(not_modified + "Cache-Control: private\r\n\r\n"),
       asks(),
       {{"misses", 1}, {"fetches", 1}, {"not_stored", 1}}},
      {"stale, and refreshed by a new one /stale/new",
       [this](const std::string& target) { let_it_become_stale(target); },
       asks(),
       {{"hits", 1}, {"hits_stale", 1}, {"refreshes", 1}, {"fetches", 1}, {"stored", 1}}},
      {"stale, because of an error /stale/error",
       [this](const std::string& target) {
         then_answers(target, ok("", {}, "503 Service Unavailable"));
         clock.advance(60s);
       },
       asks(),
       {{"hits", 1}, {"hits_stale", 1}, {"fetches", 1}}},
  });
}

TEST_F(Counting, WhoeverWaitsForAnothersFetch) {
  const auto two = [this](const std::string& target) {
    Client first = ask(target);
    Response its = first.read_head();
    Client second = ask(target);
    Response others = second.read_head();
    origin.gate(target).open();
    first.read_rest(its);
    second.read_rest(others);
    EXPECT_EQ(its.body, others.body);
  };
  check({"collapsed /own/two",
         [this](const std::string& target) { holds_within(target); },
         two,
         {{"misses", 2}, {"collapsed", 1}, {"fetches", 1}, {"stored", 1}}});
}

TEST_F(Counting, WhatIsNotStored) {
  const std::string head =
      "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nCache-Control: "
      "max-age=60\r\nTransfer-Encoding: chunked\r\n";
  const auto answers = [this](const std::string& raw) {
    return [this, raw](const std::string& target) { origin.answer(target, raw); };
  };
  const Moved not_stored{{"misses", 1}, {"fetches", 1}, {"not_stored", 1}};
  check({
      {"private /own/private",
       answers(ok("x", {{"Cache-Control", "private"}})),
       asks(),
       not_stored},
      {"a part of the wrong length /origin/wrong",
       answers(head + "Content-Range: bytes 0-4/10\r\n\r\n3\r\n012\r\n0\r\n\r\n"),
       asks(range("0-4")),
       not_stored},
  });
}

TEST_F(Counting, WhatBreaksOff) {
  const auto holds = [this](const std::string& target) { holds_within(target); };
  const auto leaves = [this](const std::string& target) { leave_within(target); };
  const auto leaves_early = [this](const std::string& target) {
    Client one = ask(target);
    EXPECT_TRUE(origin.wait_for_requests(target, 1));
    one.reset();
    origin.gate(target).open();
  };
  const auto holds_head = [this](const std::string& target) {
    origin.on(target, [target](OriginExchange& exchange) {
      exchange.hold(target);
      exchange.respond("x");
    });
  };
  const auto breaks = [this](const std::string& target) { breaks_off(target); };
  const auto has_no_answer = [this](const std::string& target) { fails(target); };
  const Moved passed_on{{"passes", 1}, {"fetches", 1}};
  const Moved broken{{"fetch_errors", 1}, {"fetches", 1}, {"client_aborts", 1}};
  check({
      {"the client, within a relay /relay", holds, leaves, with(passed_on, "client_aborts")},
      {"the client, within a fill /own/fill", holds, leaves, with(kMissStored, "client_aborts")},
      {"before a relay's head /early", holds_head, leaves_early, with(passed_on, "client_aborts")},
      {"before a fill's head /own/early",
       holds_head,
       leaves_early,
       with(kMissStored, "client_aborts")},
      {"the origin, within a relay /broken", breaks, asks(), with(broken, "passes")},
      {"the origin, within a fill /own/broken", breaks, asks(), with(broken, "misses")},
      {"the origin, before a relay's head /none",
       has_no_answer,
       asks(),
       with(passed_on, "fetch_errors")},
      {"the origin, before a fill's head /own/none",
       has_no_answer,
       asks(),
       {{"misses", 1}, {"fetches", 1}, {"fetch_errors", 1}}},
  });
}

TEST_F(Counting, TheClientThatLeavesWithinAHit) {
  const auto store_large = [this](const std::string& target) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.respond(std::string(kLarge, 'x'), {{"ETag", "\"v1\""}});
    });
    EXPECT_EQ(have(target).body.size(), kLarge);
  };
  const auto let_become_stale = [=, this](const std::string& target) {
    store_large(target);
    clock.advance(61s);
    origin.answer(target, "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
  };
  const auto leaves = [this](const std::string& target) { leave_within(target); };
  check({
      {"fresh /own/large", store_large, leaves, {{"hits", 1}, {"client_aborts", 1}}},
      {"stale /stale/large",
       let_become_stale,
       leaves,
       {{"hits", 1},
        {"hits_stale", 1},
        {"client_aborts", 1},
        {"refreshes", 1},
        {"fetches", 1},
        {"revalidated", 1}}},
  });
}

TEST_F(Counting, ARequestThatNobodyCouldRead) {
  const auto sends_rubbish = [this](const std::string&) {
    Client one = client();
    ++asked_;
    one.send("GET /a b HTTP/1.1\r\n\r\n");
    EXPECT_EQ(one.read().status, 400);
  };
  const auto sends_half_a_body = [this](const std::string& target) {
    Client one = client();
    ++asked_;
    one.send("POST " + target + " HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\n\r\n01234");
    one.finish_sending();
    EXPECT_EQ(one.read("POST").status, 0);
  };
  check({
      {"malformed /bad", {}, sends_rubbish, {{"rejected", 1}}},
      {"broken off /half",
       {},
       sends_half_a_body,
       {{"passes", 1}, {"fetches", 1}, {"client_aborts", 1}}},
  });
}

}  // namespace
}  // namespace hawkcache::scenario
