// The admin listener: who may, what is taken, what is refused, and that the public listener knows
// nothing of it.
#include "scenario/support/scenario.hpp"

#include <sstream>

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Fields kJson{{"Content-Type", "application/json"}};

class Admin : public Scenario {
 protected:
  void start_with_token(const std::string& token) {
    start(Daemon{.routes = "- path: /{rest:path}\n  tags: [t]", .token = token});
  }
  // What a purge would have removed is still there.
  void expect_nothing_purged() { EXPECT_EQ(x_cache("/stored"), "HIT"); }
  Response raw(const std::string& text, const std::string& method = "GET") const {
    Client one = proxy->admin_client();
    one.send(text);
    return one.read(method);
  }
  static std::string with_body(const std::string& head, const std::string& body) {
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
};

TEST_F(Admin, WithoutExactlyTheTokenNothingIsDone) {
  start_with_token("secret-token");
  get("/stored");
  const std::string body = R"({"all": true})";
  const std::string head =
      "POST /v1/purge HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  for (const std::string field :
       {"",
        "Authorization: Bearer wrong\r\n",
        "Authorization: Bearer secret-toke\r\n",
        "Authorization: Bearer secret-tokenx\r\n",
        "Authorization: Bearer Secret-Token\r\n",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: secret-token\r\n",
        "Authorization: Basic secret-token\r\n",
        "Authorization: Bearer secret-token extra\r\n",
        "Authorization: Bearer \"secret-token\"\r\n",
        "Authorization: Bearer secret-token\r\nAuthorization: Bearer wrong\r\n",
        "Proxy-Authorization: Bearer secret-token\r\n",
        "X-Authorization: Bearer secret-token\r\n",
        "Cookie: token=secret-token\r\n",
        "Authorization: Bearersecret-token\r\n"}) {
    SCOPED_TRACE(field);
    const Response response = raw(with_body(head + field, body));
    EXPECT_THAT(response.status, AnyOf(401, 403));
    EXPECT_THAT(response.body, Not(HasSubstr("secret-token")));
    expect_nothing_purged();
  }
  for (const std::string line : {"POST /v1/purge?token=secret-token",
                                 "PURGE /stored",
                                 "POST /v1/reload",
                                 "GET /metrics",
                                 "GET /v1/stats",
                                 "GET /v1/routes",
                                 "GET /v1/explain?url=/a",
                                 "GET /",
                                 "GET /healthz/../metrics",
                                 "GET //metrics",
                                 "GET /Metrics",
                                 "GET /%6detrics",
                                 "GET /metrics/",
                                 "GET /metrics?healthz",
                                 "GET /healthz%2f..%2fmetrics",
                                 "POST /V1/PURGE",
                                 "POST //v1/purge",
                                 "POST /v1/purge/",
                                 "post /v1/purge",
                                 "POST http://localhost/v1/purge",
                                 "GET /nothing"}) {
    SCOPED_TRACE(line);
    const Response response = raw(with_body(
        line + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n", body));
    EXPECT_THAT(response.status, AnyOf(400, 401, 403));
    EXPECT_THAT(response.body, Not(HasSubstr("hawkcache_requests")));
    expect_nothing_purged();
  }
  EXPECT_EQ(raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  EXPECT_EQ(raw("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  EXPECT_EQ(purge(body).status, 200);
  EXPECT_EQ(x_cache("/stored"), "MISS");
  EXPECT_EQ(proxy->admin("GET", "/metrics").status, 200);
}

TEST_F(Admin, ABodyIsNotWaitedForWithoutTheToken) {
  start_with_token("secret-token");
  Client one = proxy->admin_client();
  one.send(
      "POST /v1/purge HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nContent-Length: 100000000\r\n\r\n{");
  EXPECT_EQ(one.read().status, 401);
}

TEST_F(Admin, WithoutATokenWebPagesAreKeptOut) {
  start_with_token("");
  get("/stored");
  const auto ask = [&](const Fields& fields) {
    Fields all = fields;
    all.insert(all.end(), kJson.begin(), kJson.end());
    return proxy->admin("POST", "/v1/purge", all, R"({"all": true})").status;
  };
  EXPECT_EQ(ask({{"Origin", "http://evil.test"}}), 403);
  EXPECT_EQ(ask({{"Origin", "null"}}), 403);
  EXPECT_EQ(ask({{"Host", "evil.test"}}), 403);
  EXPECT_EQ(ask({{"Host", "localhost.evil.test"}}), 403);
  EXPECT_EQ(ask({{"Host", "127.0.0.1.evil.test"}}), 403);
  expect_nothing_purged();
  for (const char* host : {"127.0.0.1", "localhost:9080", "[::1]:9080", "LocalHost"})
    EXPECT_EQ(ask({{"Host", host}}), 200) << host;
}

TEST_F(Admin, PurgesTakeOneStrictJsonObject) {
  start_with_token("");
  get("/stored");
  const std::vector<std::string> bad{
      "",
      "{",
      "}",
      "[]",
      "null",
      "true",
      "\"all\"",
      "{}",
      "{\"all\": false}",
      R"({"all": "true"})",
      R"({"all": 1})",
      R"({"all": null})",
      R"({"tags": "t"})",
      R"({"tags": [1]})",
      R"({"tags": [null]})",
      R"({"tags": [["t"]]})",
      R"({"tags": {"t": 1}})",
      R"({"tags": [""]})",
      R"({"tags": []})",
      R"({"urls": [], "tags": []})",
      R"({"tag": ["t"]})",
      R"({"Tags": ["t"]})",
      R"({"tags": ["t"], "extra": 1})",
      R"({"tags": ["t"], "tags": ["t"]})",
      R"({"all": false, "all": true})",
      R"({"all": true} x)",
      R"({"all": true}{"all": true})",
      R"({"all": true,})",
      R"({all: true})",
      R"({'all': true})",
      R"({"all": true /* x */})",
      R"({"soft": true})",
      R"({"urls": ["relative"]})",
      R"({"urls": [""]})",
      R"({"prefixes": ["stored"]})",
      R"({"urls": ["ftp://a/"]})",
      "\xef\xbb\xbf{\"all\": true}",
      "{\"tags\": [\"\xff\"]}",
      "{\"tags\": [\"a\nb\"]}",
      R"({"all": true, "tags": 1})",
      R"({"all": True})",
      "{\"all\": true",
      R"(all=true)",
      R"({"\u0061ll": true, "all": true})",
  };
  for (const std::string& body : bad) {
    const Response response = proxy->admin("POST", "/v1/purge", kJson, body);
    EXPECT_EQ(response.status, 400) << body << response;
    EXPECT_EQ(response["content-type"], "application/problem+json") << body;
    expect_nothing_purged();
  }
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(proxy->admin("POST", "/v1/purge", kJson, "{\"tags\": " + deep + "}").status,
              AnyOf(400, 413));
  EXPECT_EQ(
      proxy
          ->admin(
              "POST", "/v1/purge", kJson, "{\"tags\": [\"" + std::string(2'000'000, 'x') + "\"]}")
          .status,
      413);
  for (const Fields& type : {Fields{},
                             Fields{{"Content-Type", "text/plain"}},
                             Fields{{"Content-Type", "application/x-www-form-urlencoded"}},
                             Fields{{"Content-Type", "application/jsonx"}}}) {
    EXPECT_EQ(proxy->admin("POST", "/v1/purge", type, R"({"all": true})").status, 415)
        << to_lines(type);
  }
  expect_nothing_purged();
  EXPECT_EQ(purge(R"({"tags": [], "urls": ["/other"], "all": false, "soft": false})").status, 200);
  expect_nothing_purged();
  EXPECT_EQ(proxy
                ->admin("POST",
                        "/v1/purge",
                        {{"Content-Type", "application/json; charset=utf-8"}},
                        R"({ "tags" : [ "t" ] })")
                .status,
            200);
  EXPECT_EQ(x_cache("/stored"), "MISS");
}

TEST_F(Admin, OtherMethodsOnItsPathsAreRefused) {
  start_with_token("");
  get("/stored");
  for (const std::string line : {"GET /v1/purge",
                                 "PUT /v1/purge",
                                 "DELETE /v1/purge",
                                 "PURGE /v1/purge",
                                 "POST /metrics",
                                 "GET /v1/reload",
                                 "PURGE /healthz",
                                 "DELETE /"}) {
    EXPECT_EQ(raw(line + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 405) << line;
  }
  expect_nothing_purged();
}

TEST_F(Admin, ItsHttpIsAsStrictAsThePublicOne) {
  start_with_token("");
  get("/stored");
  const std::string body = R"({"all": true})";
  const std::string head =
      "POST /v1/purge HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const std::vector<std::string> bad{
      head + "Content-Length: 13\r\nContent-Length: 14\r\n\r\n" + body,
      head + "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
      head + "Content-Length : 13\r\n\r\n" + body,
      head + "Transfer-Encoding: xchunked\r\n\r\n" + body,
      head + "Content-Length: +13\r\n\r\n" + body,
      "POST /v1/purge HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n" +
          body,
      "POST /v1/purge HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: "
      "13\n\n" +
          body + "\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\nz\r\n" + body,
  };
  for (const std::string& text : bad) {
    EXPECT_THAT(raw(text).status, AnyOf(400, 501)) << text;
    expect_nothing_purged();
  }
  EXPECT_EQ(raw("POST /v1/purge HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                "application/json\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n" +
                body + "\r\n0\r\n\r\n")
                .status,
            200);
}

TEST_F(Admin, ItsPathsAndMethodsAreOrdinaryOnThePublicListener) {
  start_with_token("secret-token");
  get("/stored");
  for (const std::string method : {"PURGE", "BAN", "REFRESH", "PURGEALL"}) {
    EXPECT_EQ(request(method, "/other", {{"Surrogate-Key", "t"}, {"X-Purge", "*"}}).status, 200);
    EXPECT_EQ(origin.last("/other").method, method);
    expect_nothing_purged();
  }
  for (const char* target : {"/v1/purge", "/metrics", "/healthz", "/v1/reload"}) {
    EXPECT_EQ(request("POST", target, kJson, R"({"all": true})").body.substr(0, 3),
              std::string(target).substr(0, 3));
    EXPECT_EQ(origin.last(target).body, R"({"all": true})");
  }
  expect_nothing_purged();
}

TEST_F(Admin, ItsPagesTellWhatHappens) {
  start(Daemon{
      .routes = "- name: my-users\n  path: /users/{id:int}\n  tags: [\"user:{id}\"]\n  ttl: 30s"});
  get("/users/7");
  get("/users/7");
  get("/unmatched");
  // A request is counted when all of its answer has been written: a moment after the client has it.
  EXPECT_TRUE(eventually([&] { return proxy->metric("hawkcache_passes_total") == 1; }));
  EXPECT_EQ(proxy->metric("hawkcache_hits_total"), 1);
  EXPECT_EQ(proxy->metric("hawkcache_misses_total"), 1);
  EXPECT_EQ(proxy->metric("hawkcache_stored_total"), 1);
  EXPECT_EQ(proxy->metric("hawkcache_store_entries"), 1);
  const Response stats = proxy->admin("GET", "/v1/stats");
  EXPECT_EQ(stats["content-type"], "application/json");
  EXPECT_THAT(stats.body, HasSubstr("my-users"));
  EXPECT_THAT(proxy->admin("GET", "/v1/routes").body, HasSubstr("/users/{id:int}"));
  const Response explained = proxy->admin("GET", "/v1/explain?url=/users/007");
  EXPECT_EQ(explained.status, 200);
  EXPECT_THAT(explained.body, HasSubstr("user:7"));
  const Response missing = proxy->admin("GET", "/nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing["content-type"], "application/problem+json");
  EXPECT_EQ(proxy->admin("HEAD", "/healthz").status, 200);
}

TEST_F(Admin, MetricsStayBoundedWhateverClientsSend) {
  start("- name: \"a \\\"quoted\\\" name\"\n  path: /{rest:path}");
  get("/0");
  const std::size_t lines_before = proxy->admin("GET", "/metrics").body.size();
  for (int i = 0; i < 200; ++i) {
    get("/" + std::to_string(i), {{"Host", "h" + std::to_string(i) + ".test"}, {"X-\"", "\\\n\""}});
    request("M" + std::to_string(i), "/x\"y");
  }
  const std::string after = proxy->admin("GET", "/metrics").body;
  EXPECT_LT(after.size(), lines_before + 2000);
  std::istringstream lines(after);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("# ") || line.find(' ') != std::string::npos) << line;
  }
}

TEST_F(Admin, SlowAdminClientsDoNotSlowTheDataPlane) {
  start_with_token("");
  std::vector<Client> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(proxy->admin_client());
    slow.back().send(
        "POST /v1/purge HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        "application/json\r\nContent-Length: 1000\r\n\r\n{");
  }
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/a").status, 200);
  EXPECT_EQ(purge(R"({"tags": ["t"]})").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2500ms);
}

TEST_F(Admin, HugeAndOddTagFieldsDoNoHarm) {
  start(Daemon{.routes = "- path: /{rest:path}", .limits = "tags_per_response: 50"});
  std::string many;
  for (int i = 0; i < 100; ++i) many += "k" + std::to_string(i) + " ";
  origin.answer("/many", ok("x", {{"Surrogate-Key", many}}));
  origin.answer("/long", ok("x", {{"Surrogate-Key", std::string(50'000, 'k')}}));
  origin.answer(
      "/odd",
      ok("x",
         {{"Cache-Tag", ",, ,\t,"}, {"Cache-Groups", "not a list ("}, {"Surrogate-Key", "   "}}));
  for (const char* target : {"/many", "/long", "/odd"}) {
    EXPECT_EQ(get(target).status, 200) << target;
    EXPECT_EQ(get(target).status, 200) << target;
  }
  EXPECT_NE(x_cache("/many"), "HIT");
}

}  // namespace
}  // namespace hawkcache::scenario
