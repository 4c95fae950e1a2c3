#include "config/addresses.hpp"

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

template <class V>
const V& value_of(const std::variant<V, SyntaxError>& parsed) {
  if (const auto* error = std::get_if<SyntaxError>(&parsed))
    throw std::runtime_error(error->message);
  return std::get<V>(parsed);
}

template <class V>
std::string error_of(const std::variant<V, SyntaxError>& parsed) {
  const auto* error = std::get_if<SyntaxError>(&parsed);
  return error ? error->message : "no error";
}

TEST(Addresses, ReadsListenAddresses) {
  EXPECT_EQ(value_of(parse_endpoint("0.0.0.0:8080")), (Endpoint{"0.0.0.0", 8080}));
  EXPECT_EQ(value_of(parse_endpoint("[::]:80")), (Endpoint{"::", 80}));
  EXPECT_EQ(value_of(parse_endpoint("[fe80::1]:0")), (Endpoint{"fe80::1", 0}));
  EXPECT_EQ(value_of(parse_endpoint("[::ffff:127.0.0.1]:80")), (Endpoint{"127.0.0.1", 80}));
  EXPECT_EQ(value_of(parse_endpoint("[0::FFFF:0:0]:80")), (Endpoint{"0.0.0.0", 80}));
  EXPECT_EQ(value_of(parse_endpoint("[::127.0.0.1]:80")), (Endpoint{"::127.0.0.1", 80}));
  EXPECT_EQ(value_of(parse_endpoint("localhost:9080")), (Endpoint{"localhost", 9080}));
  EXPECT_EQ(value_of(parse_endpoint("api_1.internal:65535")), (Endpoint{"api_1.internal", 65535}));
}

TEST(Addresses, RefusesWhatIsNoListenAddress) {
  for (const char* text :
       {"",       ":",     "8080",    ":8080",   "*:8080",      "0.0.0.0",    "::1",
        "::1:80", "[::1]", "[::1]80", "[::1:80", "x:65536",     "x:-1",       "x:",
        "x:1:2",  "x y:1", "-x:1",    "1.2.3:4", "256.1.1.1:1", "http://x:1", "x:8o"}) {
    EXPECT_NE(error_of(parse_endpoint(text)), "no error") << text;
  }
  EXPECT_NE(error_of(parse_endpoint(std::string_view("a\0b:1", 5))), "no error");
}

TEST(Addresses, WritesAnEndpointAsItIsRead) {
  EXPECT_EQ(to_string(Endpoint{"::1", 80}), "[::1]:80");
  EXPECT_EQ(to_string(Endpoint{"api", 80}), "api:80");
}

TEST(Addresses, KnowsWhichListenersCannotStandTogether) {
  struct Row {
    const char* one;
    const char* other;
    bool overlap;
  };
  const std::vector<Row> rows{{"127.0.0.1:1", "127.0.0.1:1", true},
                              {"127.0.0.1:1", "127.0.0.1:2", false},
                              {"127.0.0.1:0", "127.0.0.1:0", false},
                              {"0.0.0.0:1", "127.0.0.1:1", true},
                              {"0.0.0.0:1", "localhost:1", true},
                              {"0.0.0.0:1", "[::1]:1", false},
                              {"[::]:1", "[::1]:1", true},
                              {"[::]:1", "127.0.0.1:1", true},
                              {"[0:0::]:1", "0.0.0.0:1", true},
                              {"localhost:1", "127.0.0.1:1", true},
                              {"localhost:1", "[::1]:1", true},
                              {"localhost:1", "127.0.0.2:1", false},
                              {"[::1]:1", "[0:0::1]:1", true},
                              {"[::ffff:127.0.0.1]:1", "127.0.0.1:1", true},
                              {"[::ffff:127.0.0.1]:1", "localhost:1", true},
                              {"[::ffff:127.0.0.1]:1", "0.0.0.0:1", true},
                              {"[::ffff:127.0.0.1]:1", "[::]:1", true},
                              {"[::ffff:127.0.0.1]:1", "[::1]:1", false},
                              {"[::ffff:0.0.0.0]:1", "127.0.0.1:1", true},
                              {"[::ffff:0.0.0.0]:1", "[::1]:1", false},
                              {"API:1", "api:1", true},
                              {"api:1", "0.0.0.0:1", false}};
  for (const Row& row : rows) {
    const Endpoint one = value_of(parse_endpoint(row.one));
    const Endpoint other = value_of(parse_endpoint(row.other));
    EXPECT_EQ(overlap(one, other), row.overlap) << row.one << ' ' << row.other;
    EXPECT_EQ(overlap(other, one), row.overlap) << row.other << ' ' << row.one;
  }
}

TEST(Addresses, ReadsServerUrls) {
  using Scheme = UpstreamServer::Scheme;
  EXPECT_EQ(value_of(parse_server_url("http://api:8000")),
            (UpstreamServer{Scheme::http, {"api", 8000}}));
  EXPECT_EQ(value_of(parse_server_url("http://api")), (UpstreamServer{Scheme::http, {"api", 80}}));
  EXPECT_EQ(value_of(parse_server_url("HTTP://api/")), (UpstreamServer{Scheme::http, {"api", 80}}));
  EXPECT_EQ(value_of(parse_server_url("https://api")),
            (UpstreamServer{Scheme::https, {"api", 443}}));
  EXPECT_EQ(value_of(parse_server_url("http://[::1]:81/")),
            (UpstreamServer{Scheme::http, {"::1", 81}}));
  EXPECT_EQ(value_of(parse_server_url("http://[::1]")),
            (UpstreamServer{Scheme::http, {"::1", 80}}));
}

TEST(Addresses, RefusesWhatIsNoServer) {
  for (const char* text : {"",
                           "api",
                           "api:8000",
                           "http://",
                           "http:///",
                           "ftp://api",
                           "http://a/b",
                           "http://a?b",
                           "http://a#b",
                           "http://u:p@a",
                           "http://a:0",
                           "http://a:99999",
                           "http://::1",
                           "http://a b",
                           "http://a//"}) {
    EXPECT_NE(error_of(parse_server_url(text)), "no error") << text;
  }
}

TEST(Addresses, ReadsHostsOfRulesInLowerCase) {
  EXPECT_EQ(value_of(parse_route_host("API.Example.com")), "api.example.com");
  EXPECT_EQ(value_of(parse_route_host("127.0.0.1")), "127.0.0.1");
  EXPECT_EQ(value_of(parse_route_host("[FE80::1]")), "[fe80::1]");
  EXPECT_EQ(value_of(parse_route_host("API.example.com:8080")), "api.example.com:8080");
  EXPECT_EQ(value_of(parse_route_host("[::1]:80")), "[::1]:80");
  for (const char* text :
       {"", "a:x", "::1", "a:0", "*.a.com", "http://a", "a/b", "a b", "a..b", ".a"}) {
    EXPECT_NE(error_of(parse_route_host(text)), "no error") << text;
  }
}

TEST(RedisUrls, ReadsEveryForm) {
  using Kind = RedisUrl::Kind;
  RedisUrl url = value_of(parse_redis_url("redis://host"));
  EXPECT_EQ(url, (RedisUrl{Kind::tcp, "", "", {{"host", 6379}}, "", "", 0}));
  url = value_of(parse_redis_url("redis://user:p%40ss%2F@host:7000/3"));
  EXPECT_EQ(url, (RedisUrl{Kind::tcp, "user", "p@ss/", {{"host", 7000}}, "", "", 3}));
  url = value_of(parse_redis_url("rediss://:secret@[::1]:6380/"));
  EXPECT_EQ(url, (RedisUrl{Kind::tls, "", "secret", {{"::1", 6380}}, "", "", 0}));
  url = value_of(parse_redis_url("unix:///run/redis.sock?db=2"));
  EXPECT_EQ(url, (RedisUrl{Kind::unix_socket, "", "", {}, "/run/redis.sock", "", 2}));
  url = value_of(parse_redis_url("unix://user:p%2Fw@/run/a@b.sock"));
  EXPECT_EQ(url, (RedisUrl{Kind::unix_socket, "user", "p/w", {}, "/run/a@b.sock", "", 0}));
  url = value_of(parse_redis_url("redis+sentinel://u:p@h1,h2:26380/main/1"));
  EXPECT_EQ(url,
            (RedisUrl{Kind::sentinel, "u", "p", {{"h1", 26379}, {"h2", 26380}}, "", "main", 1}));
  url = value_of(parse_redis_url("redis+cluster://h1:7000,h2:7001"));
  EXPECT_EQ(url, (RedisUrl{Kind::cluster, "", "", {{"h1", 7000}, {"h2", 7001}}, "", "", 0}));
}

TEST(RedisUrls, AreShownWithoutTheirPasswords) {
  const std::pair<const char*, const char*> cases[] = {
      {"redis://user:secret@cache", "redis://cache:6379"},
      {"rediss://:secret@[::1]:6380/3", "rediss://[::1]:6380/3"},
      {"unix://user:secret@/run/redis.sock?db=2", "unix:///run/redis.sock?db=2"},
      {"redis+sentinel://u:secret@h1,h2/main/1", "redis+sentinel://h1:26379,h2:26379/main/1"},
      {"redis+cluster://u:secret@h1:7000,h2", "redis+cluster://h1:7000,h2:6379"},
  };
  for (const auto& [text, shown] : cases) {
    EXPECT_EQ(to_string(value_of(parse_redis_url(text))), shown);
  }
}

TEST(RedisUrls, RefusesTheRestAndKeepsThePassword) {
  for (const char* text : {"",
                           "host:6379",
                           "http://x:hunter2@h",
                           "redis://",
                           "redis://x:hunter2@",
                           "redis://a,b",
                           "redis://x:hunter2@h:0",
                           "redis://x:hunter2@h/x",
                           "redis://x:hunter2@h/-1",
                           "redis://x:hunter2@h/0/1",
                           "redis://x:%zzhunter2@h",
                           "redis://x:hunter2",
                           "redis://x:6379/hunter2",
                           "redis://x:hunter2/0",
                           "x:hunter2@h://",
                           "hunter2",
                           "unix://x:hunter2@run",
                           "unix://x:%zhunter2@/run/redis.sock",
                           "redis+cluster://a,x:hunter2",
                           "redis://x:hunter2@h?db=1",
                           "redis+sentinel://x:hunter2@h",
                           "redis+sentinel://h//0",
                           "redis+cluster://h/1",
                           "unix://run",
                           "unix:///a?x=1",
                           "unix:///a?db=x",
                           "redis://h1:1,,h2:2"}) {
    const std::string message = error_of(parse_redis_url(text));
    EXPECT_NE(message, "no error") << text;
    EXPECT_EQ(message.find("hunter2"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace hawkcache::config
