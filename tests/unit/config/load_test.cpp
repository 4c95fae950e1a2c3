#include "config/load.hpp"

#include "config/keys.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

LoadResult load(std::string_view text) { return load_text(text, "t.yaml", Environment()); }

std::string messages(const LoadResult& result) {
  std::string all;
  for (const ConfigError& error : result.errors) all += to_string(error) + "\n";
  return all;
}

Config loaded(std::string_view text) {
  LoadResult result = load(text);
  EXPECT_TRUE(result.config.has_value()) << messages(result);
  return result.config ? std::move(*result.config) : Config();
}

const std::string kUpstream = "upstream: { servers: [http://api:8000] }\n";

// The example of the manual, every value other than its default.
TEST(Load, ReadsEveryKey) {
  const Config config = loaded(R"(
listen: [0.0.0.0:80, "[::]:80"]
threads: 4
pin_threads: true
admin: { listen: 0.0.0.0:9081, token: secret }
upstream:
  servers: [http://a:8000, http://b]
  connect_timeout: 3s
  response_timeout: 40s
  idle_timeout: 50s
  keepalive: 5s
  max_idle: 7
  fail_timeout: 2s
store:
  memory: { max_size: 1GiB, max_entries: 5, max_object: 1MiB, eviction: lru }
  redis: { url: "redis://h:1/2", prefix: "p:", timeout: 1s, on_failure: stale_only }
log: { level: debug, format: json, access: /tmp/access.log }
limits:
  max_connections: 10
  request_line: 1KiB
  header_block: 2KiB
  header_count: 30
  response_header_block: 3KiB
  response_header_count: 40
  request_body: 5MiB
  header_timeout: 1s
  keepalive_timeout: 2s
  body_timeout: 3s
  write_timeout: 4s
  variants: 5
  admin_body: 6KiB
  tags_per_response: 7
  tag_length: 80
drain_timeout: 1m
cache_status_key: true
routes:
  - name: user
    path: /users/{user_id:int}
    methods: [GET]
    hosts: [API.example.com]
    ttl: 5m
    tags: [users, "user:{user_id}"]
    vary: [Accept-Language]
    query: { ignore: ["utm_*"], sort: true }
    bypass: [{ header: Authorization }, { cookie: session }, { query: nocache }]
    key: "{host}:{path}"
    override: true
    stale_while_revalidate: 30s
    stale_if_error: 10m
    statuses: { 404: 10s, 301: 1h }
    cookies: { key: [session] }
    set_cookie: strip
    request_cache_control: honor
    heuristic: true
    client_cache_control: no-store
    normalize: [Accept-Language, accept-encoding]
    invalidates: [x]
)");
  EXPECT_EQ(config.listen, (std::vector<Endpoint>{{"0.0.0.0", 80}, {"::", 80}}));
  EXPECT_EQ(config.threads, 4U);
  EXPECT_TRUE(config.pin_threads);
  EXPECT_EQ(to_string(config.admin.listen), "0.0.0.0:9081");
  EXPECT_EQ(config.admin.token, "secret");
  EXPECT_EQ(config.upstream.servers.size(), 2U);
  EXPECT_EQ(config.upstream.servers[1].endpoint, (Endpoint{"b", 80}));
  EXPECT_EQ(config.upstream.connect_timeout, 3s);
  EXPECT_EQ(config.upstream.response_timeout, 40s);
  EXPECT_EQ(config.upstream.idle_timeout, 50s);
  EXPECT_EQ(config.upstream.keepalive, 5s);
  EXPECT_EQ(config.upstream.max_idle, 7U);
  EXPECT_EQ(config.upstream.fail_timeout, 2s);
  EXPECT_EQ(config.store.memory, (MemoryConfig{1024 * kMiB, 5, kMiB, Eviction::lru}));
  EXPECT_EQ(config.store.redis.url->database, 2);
  EXPECT_EQ(config.store.redis.prefix, "p:");
  EXPECT_EQ(config.store.redis.timeout, 1s);
  EXPECT_EQ(config.store.redis.on_failure, RedisFailure::stale_only);
  EXPECT_EQ(config.log,
            (LogConfig{
                log::Level::debug, log::Format::json, {AccessLog::Kind::file, "/tmp/access.log"}}));
  EXPECT_EQ(
      config.limits,
      (LimitsConfig{
          10, kKiB, 2 * kKiB, 30, 3 * kKiB, 40, 5 * kMiB, 1s, 2s, 3s, 4s, 5, 6 * kKiB, 7, 80}));
  EXPECT_EQ(config.drain_timeout, 1min);
  EXPECT_TRUE(config.cache_status_key);

  ASSERT_EQ(config.routes.size(), 1U);
  const RouteConfig& route = config.routes[0];
  EXPECT_EQ(route.name, "user");
  EXPECT_EQ(route.path.value.text, "/users/{user_id:int}");
  EXPECT_EQ(route.path.line, 38);
  EXPECT_EQ(route.path.column, 11);
  EXPECT_EQ(route.methods, (std::vector<std::string>{"GET"}));
  EXPECT_EQ(route.hosts, (std::vector<std::string>{"api.example.com"}));
  EXPECT_EQ(route.ttl, Duration{5min});
  EXPECT_EQ(route.tags.at(1).value, "user:{user_id}");
  EXPECT_EQ(route.tags.at(1).position(), (Position{42, 19}));
  EXPECT_EQ(route.vary, (std::vector<std::string>{"accept-language"}));
  EXPECT_EQ(route.query, (QueryRule{{"utm_*"}, std::nullopt, true}));
  EXPECT_EQ(route.bypass,
            (std::vector<BypassCondition>{{BypassCondition::Kind::header, "authorization"},
                                          {BypassCondition::Kind::cookie, "session"},
                                          {BypassCondition::Kind::query, "nocache"}}));
  EXPECT_EQ(route.key->value, "{host}:{path}");
  EXPECT_TRUE(route.override_origin);
  EXPECT_EQ(route.stale_while_revalidate, 30s);
  EXPECT_EQ(route.stale_if_error, 10min);
  EXPECT_EQ(route.statuses, (std::map<int, Duration>{{301, 1h}, {404, 10s}}));
  EXPECT_EQ(route.cookies, (CookieRule{CookieRule::Kind::key, {"session"}}));
  EXPECT_EQ(route.set_cookie, SetCookie::strip);
  EXPECT_EQ(route.request_cache_control, RequestCacheControl::honor);
  EXPECT_TRUE(route.heuristic);
  EXPECT_EQ(route.client_cache_control, "no-store");
  EXPECT_EQ(route.normalize, (std::vector<std::string>{"accept-language", "accept-encoding"}));
  EXPECT_EQ(route.invalidates.at(0).value, "x");
}

TEST(Load, TheLeastFileGivesTheDefaults) {
  Config config = loaded(kUpstream);
  EXPECT_EQ(config.upstream.servers,
            (std::vector<UpstreamServer>{{UpstreamServer::Scheme::http, {"api", 8000}}}));
  config.upstream.servers.clear();
  const Config defaults;
  EXPECT_EQ(config, defaults);
}

// "{...}" nested as the key's full name says.
std::string file_with(const std::string& full_name, const std::string& value) {
  const bool rule = full_name.starts_with("routes[].");
  std::string rest = rule ? full_name.substr(9) : full_name;
  std::string nested = value;
  while (true) {
    const std::size_t dot = rest.rfind('.');
    const std::string name = dot == std::string::npos ? rest : rest.substr(dot + 1);
    if (dot == std::string::npos) {
      if (rule) return kUpstream + "routes: [{ path: /x, " + name + ": " + nested + " }]\n";
      if (name == "upstream")
        return "upstream: { servers: [\"http://api:8000\"], " + nested.substr(1) + "\n";
      return kUpstream + name + ": " + nested + "\n";
    }
    nested = "{ " + name + ": " + nested + " }";
    rest = rest.substr(0, dot);
  }
}

TEST(Load, TheDefaultsOfTheTableAreThoseOfTheStructs) {
  const Config bare = loaded(kUpstream);
  const Config bare_rule = loaded(kUpstream + "routes: [{ path: /x }]\n");
  int compared = 0;
  for (const FlatKey& key : flat_keys()) {
    const std::string& text = key.info->default_text;
    const bool words = text.empty() || text == "none" || text == "required" || text == "all" ||
                       text == "the path" || text == "one per core" || text.find("scheme,") == 0 ||
                       text.find("the smaller") == 0;
    if (words || key.full_name.starts_with("defaults.")) continue;
    SCOPED_TRACE(key.full_name);
    const bool list = text.front() == '[' || text.front() == '{';
    const Config config = loaded(file_with(key.full_name, list ? text : "\"" + text + "\""));
    EXPECT_EQ(config, key.full_name.starts_with("routes[].") ? bare_rule : bare);
    ++compared;
  }
  EXPECT_GT(compared, 40);
}

TEST(Load, MaxObjectFollowsMaxSize) {
  const auto max_object = [](const std::string& memory) {
    return loaded(kUpstream + "store: { memory: " + memory + " }\n").store.memory.max_object;
  };
  EXPECT_EQ(max_object("{ max_size: 1GiB }"), 8 * kMiB);
  EXPECT_EQ(max_object("{ max_size: 4MiB }"), kMiB);
  EXPECT_EQ(max_object("{ max_size: 4MiB, max_object: 4MiB }"), 4 * kMiB);
}

TEST(Load, DefaultsAreForRulesThatDoNotSayOtherwise) {
  const Config config = loaded(kUpstream + R"(
routes:
  - path: /a
  - path: /b
    ttl: origin
    query: { sort: true }
    methods: [GET]
    tags: []
defaults:
  ttl: 5m
  methods: [HEAD, GET]
  query: { ignore: [x] }
  tags: ["{host}"]
)");
  EXPECT_EQ(config.routes[0].ttl, Duration{5min});
  EXPECT_EQ(config.routes[0].methods, (std::vector<std::string>{"HEAD", "GET"}));
  EXPECT_EQ(config.routes[0].query, (QueryRule{{"x"}, std::nullopt, false}));
  EXPECT_EQ(config.routes[0].tags[0].line, 14);
  EXPECT_EQ(config.routes[1].ttl, std::nullopt);
  EXPECT_EQ(config.routes[1].query, (QueryRule{{}, std::nullopt, true}));
  EXPECT_EQ(config.routes[1].methods, (std::vector<std::string>{"GET"}));
  EXPECT_TRUE(config.routes[1].tags.empty());
}

TEST(Load, RulesWithoutANameAreCalledByTheirPath) {
  const Config config = loaded(kUpstream + R"(
routes:
  - path: /a
  - { path: /a, methods: [PUT, DELETE], invalidates: [a] }
  - { path: /a, methods: [PUT, DELETE], invalidates: [b] }
  - { path: /b, name: /c }
  - path: /c
)");
  std::vector<std::string> names;
  for (const RouteConfig& route : config.routes) names.push_back(route.name);
  EXPECT_EQ(
      names,
      (std::vector<std::string>{"/a", "/a PUT,DELETE", "/a PUT,DELETE #2", "/c", "/c GET,HEAD"}));
}

TEST(Load, MovingALineIsNoChange) {
  const Config one = loaded(kUpstream + "routes: [{ path: /a, tags: [x], key: \"{host}\" }]");
  const Config two =
      loaded("# moved\n\n" + kUpstream + "routes:\n  - path: /a\n    key: '{host}'\n    tags: [x]");
  EXPECT_EQ(one, two);
  EXPECT_NE(one, loaded(kUpstream + "routes: [{ path: /a, tags: [y], key: \"{host}\" }]"));
}

TEST(Load, AnEmptyTokenIsNone) {
  for (const char* text :
       {"admin: { token: \"\" }\n", "admin:\n  token:\n", "admin: { token: \"${T:-}\" }\n"}) {
    EXPECT_EQ(loaded(kUpstream + text).admin.token, "") << text;
  }
}

TEST(Load, PortZeroIsLegal) {
  const Config config =
      loaded(kUpstream + "listen: [127.0.0.1:0, 127.0.0.1:0]\nadmin: { listen: 127.0.0.1:0 }\n");
  EXPECT_EQ(config.listen.size(), 2U);
  EXPECT_EQ(config.admin.listen.port, 0);
}

TEST(Load, ErrorsAreWrittenWithFileLineAndColumn) {
  const ConfigError error{"f.yaml", 3, 7, ConfigError::Severity::error, "what"};
  EXPECT_EQ(to_string(error), "f.yaml:3:7: error: what");
  const ConfigError warning{"f.yaml", 3, 7, ConfigError::Severity::warning, "what"};
  EXPECT_EQ(to_string(warning), "f.yaml:3:7: warning: what");
  const ConfigError flag{"--listen", 0, 0, ConfigError::Severity::error, "what"};
  EXPECT_EQ(to_string(flag), "--listen: error: what");
}

TEST(Load, AFileThatCannotBeReadIsAnError) {
  for (const std::string& path : {std::string("/nonexistent/hawkcache.yaml"), std::string("/")}) {
    const LoadResult result = load_file(path, Environment());
    ASSERT_EQ(result.errors.size(), 1U) << path;
    EXPECT_FALSE(result.config.has_value());
    EXPECT_TRUE(
        to_string(result.errors[0]).starts_with(path + ":1:1: error: the file cannot be read: "))
        << to_string(result.errors[0]);
  }
}

TEST(Load, NoPrefixOfAFileBreaksTheLoader) {
  std::ifstream stream(std::filesystem::path(HAWKCACHE_SOURCE_DIR) / "config" / "hawkcache.yaml");
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  ASSERT_GT(text.size(), 1000U);
  for (std::size_t size = 0; size < text.size(); size += 61) {
    const LoadResult result = load(std::string_view(text).substr(0, size));
    EXPECT_EQ(result.config.has_value(), result.errors.empty()) << size;
  }
}

TEST(Load, TenThousandRulesLoadQuickly) {
  std::string text = kUpstream + "routes:\n";
  for (int i = 0; i < 10'000; ++i) {
    const std::string n = std::to_string(i);
    text +=
        "  - path: /api/thing" + n + "/{id:int}\n    ttl: 5m\n    tags: [things, \"thing:{id}\"]\n";
    text += "    hosts: [h" + n + ".example.com]\n    query: { ignore: [\"utm_*\"] }\n";
  }
  EXPECT_EQ(loaded(text).routes.size(), 10'000U);
}

TEST(UpstreamFlags, EveryGetAndHeadIsARule) {
  const LoadResult result = config_for_upstream({"http://api:8000", {}, {}, {}});
  ASSERT_TRUE(result.config.has_value());
  Config expected = loaded(kUpstream + "routes: [{ path: \"/{rest:path}\", ttl: 60s }]");
  EXPECT_EQ(*result.config, expected);
}

TEST(UpstreamFlags, TheFlagsSayWhatTheySay) {
  const LoadResult result = config_for_upstream({"http://api:8000", "127.0.0.1:0", "5m", {}});
  ASSERT_TRUE(result.config.has_value());
  EXPECT_EQ(result.config->listen, (std::vector<Endpoint>{{"127.0.0.1", 0}}));
  EXPECT_EQ(result.config->routes[0].ttl, Duration{5min});
}

TEST(UpstreamFlags, RedisIsTheStoreWhereItIsNamed) {
  const LoadResult result =
      config_for_upstream({"http://api:8000", {}, {}, "redis://user:pass@cache/2"});
  ASSERT_TRUE(result.config.has_value());
  EXPECT_EQ(result.config->store.backend, StoreBackend::redis);
  ASSERT_TRUE(result.config->store.redis.url.has_value());
  EXPECT_EQ(result.config->store.redis.url->nodes, (std::vector<Endpoint>{{"cache", 6379}}));
}

TEST(UpstreamFlags, ErrorsNameTheFlag) {
  const LoadResult result = config_for_upstream({"api", "8080", "60", "redis://u:secret"});
  EXPECT_FALSE(result.config.has_value());
  ASSERT_EQ(result.errors.size(), 4U);
  EXPECT_EQ(to_string(result.errors[0]),
            "--upstream: error: \"api\" has no scheme; write http://api");
  EXPECT_TRUE(to_string(result.errors[1]).starts_with("--listen: error: "));
  EXPECT_TRUE(to_string(result.errors[2]).starts_with("--ttl: error: "));
  EXPECT_TRUE(to_string(result.errors[3]).starts_with("--redis: error: "));
  EXPECT_EQ(to_string(result.errors[3]).find("secret"), std::string::npos);
  EXPECT_FALSE(config_for_upstream({"https://api", {}, {}, {}}).config.has_value());
  EXPECT_FALSE(config_for_upstream({"http://api", "0.0.0.0:9080", {}, {}}).config.has_value());
}

}  // namespace
}  // namespace hawkcache::config
