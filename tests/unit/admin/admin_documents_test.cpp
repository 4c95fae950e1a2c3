#include "admin/admin_documents.hpp"

#include "unit/admin/fake_daemon.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

namespace json = boost::json;

TEST(Metrics, ShowCountersStoreRoutesAndProcess) {
  FakeDaemon daemon;
  daemon.counters.worker(0).add(observe::Counter::hits, 2);
  daemon.counters.worker(1).add(observe::Counter::hits, 3);
  const std::string text = render_metrics(daemon.context);
  for (const std::string_view line :
       {"hawkcache_hits_total 5\n",
        "hawkcache_store_entries 3\n",
        "hawkcache_store_bytes 4096\n",
        "hawkcache_route_requests_total{route=\"user\",outcome=\"hit\"} 1\n",
        "hawkcache_connections_open 5\n",
        "hawkcache_ready 1\n",
        "# TYPE hawkcache_build_info gauge\n",
        "process_start_time_seconds 999999910.000\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

TEST(Metrics, ShowRedisWhereItIsTheStore) {
  FakeDaemon daemon;
  EXPECT_EQ(render_metrics(daemon.context).find("hawkcache_redis_"), std::string::npos);
  daemon.context.redis = [] {
    shared_store::RedisSnapshot redis;
    redis.hits = 7;
    return redis;
  };
  EXPECT_NE(render_metrics(daemon.context).find("hawkcache_redis_hits_total 7\n"),
            std::string::npos);
}

TEST(Metrics, EveryLineParses) {
  FakeDaemon daemon;
  daemon.context.redis = [] { return shared_store::RedisSnapshot(); };
  daemon.counters.route("na\"me\\with\nall");
  std::istringstream lines(render_metrics(daemon.context));
  const std::regex sample(
      R"re(^[a-z_]+(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\})? [0-9.]+$)re");
  const std::regex comment(R"(^# (HELP|TYPE) [a-z_]+ .+$)");
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(std::regex_match(line, sample) || std::regex_match(line, comment)) << line;
  }
}

std::set<std::string> names_in(const std::string& text, const std::regex& pattern) {
  std::set<std::string> names;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), pattern);
       match != std::sregex_iterator();
       ++match) {
    names.insert((*match)[1]);
  }
  return names;
}

TEST(Metrics, AreListedInTheOperationsPage) {
  FakeDaemon daemon;
  daemon.context.redis = [] { return shared_store::RedisSnapshot(); };
  std::ostringstream page;
  page << std::ifstream(HAWKCACHE_SOURCE_DIR "/docs/operations.md").rdbuf();
  const auto shown = names_in(render_metrics(daemon.context), std::regex("# TYPE ([a-z_]+) "));
  const auto documented =
      names_in(page.str(), std::regex(R"(\| `((hawkcache|process)_[a-z_]+)(\{[^`]*\})?` \|)"));
  EXPECT_EQ(shown, documented);
}

TEST(Stats, AreOneJsonObject) {
  FakeDaemon daemon;
  const json::value stats = json::parse(render_stats(daemon.context));
  EXPECT_EQ(stats.at("uptime_s").as_int64(), 90);
  EXPECT_EQ(stats.at("store").at("backend").as_string(), "memory");
  EXPECT_EQ(stats.at("store").at("entries").as_int64(), 3);
  EXPECT_EQ(stats.at("requests").as_object().size(), observe::kCounterCount);
  EXPECT_EQ(stats.at("connections").at("accepted").as_int64(), 12);
  EXPECT_EQ(stats.at("routes").at(0).at("name").as_string(), "user");
  EXPECT_EQ(stats.at("routes").at(0).at("hits").as_int64(), 1);
  EXPECT_FALSE(stats.as_object().contains("redis"));
}

TEST(Stats, TellOfRedisWhereItIsTheStore) {
  FakeDaemon daemon;
  daemon.context.redis = [] { return shared_store::RedisSnapshot(); };
  const json::value stats = json::parse(render_stats(daemon.context));
  EXPECT_EQ(stats.at("redis").at("state").as_string(), "down");
}

TEST(Routes, ShowTemplatesAsWritten) {
  FakeDaemon daemon;
  const json::value document = json::parse(render_routes(*daemon.router, daemon.counters));
  const json::value& route = document.at("routes").at(0);
  EXPECT_EQ(route.at("path").as_string(), "/users/{user_id:int}");
  EXPECT_EQ(route.at("tags").at(1).as_string(), "user:{user_id}");
  EXPECT_EQ(route.at("ttl_s").to_number<double>(), 60.0);
  EXPECT_EQ(route.at("statuses").at("404").to_number<double>(), 10.0);
  EXPECT_EQ(route.at("vary").at(0).as_string(), "accept-language");
  EXPECT_EQ(route.at("bypass").at(0).at("header").as_string(), "authorization");
  EXPECT_TRUE(route.at("key").is_null());
  EXPECT_EQ(route.at("hits").as_int64(), 1);
}

TEST(States, ReadyIs200AndEverythingElse503) {
  EXPECT_EQ(readyz_reply({.state = Readiness::State::ready, .store = {}, .upstream = {}}).status,
            200);
  for (const auto state : {Readiness::State::starting, Readiness::State::draining}) {
    const AdminReply reply = readyz_reply({.state = state, .store = "memory", .upstream = "x"});
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.content_type, "application/problem+json");
    EXPECT_EQ(json::parse(reply.body).at("status").as_int64(), 503);
    EXPECT_EQ(json::parse(reply.body).at("store").as_string(), "memory");
  }
}

TEST(States, AReloadTellsItsMessages) {
  using Status = ReloadReport::Status;
  EXPECT_EQ(reload_reply({.status = Status::reloaded, .messages = {}}).status, 200);
  const AdminReply rejected =
      reload_reply({.status = Status::rejected, .messages = {"f.yaml:3:1: error: what"}});
  EXPECT_EQ(rejected.status, 422);
  EXPECT_EQ(json::parse(rejected.body).at("messages").at(0).as_string(), "f.yaml:3:1: error: what");
  EXPECT_EQ(
      json::parse(rejected.body).at("detail").as_string(),
      "The configuration has errors; the old one is still in force. f.yaml:3:1: error: what.");
  const AdminReply restart = reload_reply(
      {.status = Status::needs_restart, .messages = {"`threads` was", "`listen` was"}});
  EXPECT_EQ(restart.status, 409);
  EXPECT_EQ(json::parse(restart.body).at("detail").as_string(),
            "A restart is needed; the old configuration is still in force. `threads` was. All 2 "
            "are in messages.");
}

TEST(States, APurgeTellsTheNumberAndWhetherItIsAnEstimate) {
  using Accuracy = store::Purged::Accuracy;
  EXPECT_EQ(purge_reply({.count = 17, .accuracy = Accuracy::exact}).body, "{\"purged\":17}\n");
  EXPECT_EQ(purge_reply({.count = 17, .accuracy = Accuracy::estimate}).body,
            "{\"purged\":17,\"estimate\":true}\n");
}

TEST(AdminReply, RendersHeadAndBody) {
  const std::string bytes = render(problem(404, "no \"such\" thing", "Allow: GET\r\n"),
                                   http::Method::get,
                                   http::Persistence::close,
                                   WallTime{Duration{784111777000}});
  EXPECT_EQ(bytes,
            "HTTP/1.1 404 Not Found\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: application/problem+json\r\n"
            "Content-Length: 64\r\n"
            "Cache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Allow: GET\r\n"
            "Connection: close\r\n"
            "\r\n"
            "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"no \\\"such\\\" thing\"}\n");
  const std::string head =
      render(healthz_reply(), http::Method::head, http::Persistence::keep_alive, WallTime{});
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_NE(head.find("Content-Length: 16\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Connection"), std::string::npos);
}

}  // namespace
}  // namespace hawkcache::admin
