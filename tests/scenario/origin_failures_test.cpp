// What the operator hears of an origin that fails.
#include "scenario/support/log_lines.hpp"
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class OriginFailures : public Scenario {
 protected:
  OriginFailures() { start("- path: /cached/cut\n"); }
};

// Whoever runs it sees what failed, and why.
TEST_F(OriginFailures, EachFailureIsSaidOnceAndCounted) {
  const LogLines log;
  const auto cut = [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
    exchange.close();
  };
  const auto hang_up = [](OriginExchange& exchange) { exchange.close(); };
  origin.on("/cached/cut", cut);
  origin.on("/pass/cut", cut);
  origin.on("/pass/nothing", hang_up);
  for (const char* target : {"/cached/cut", "/pass/cut", "/pass/nothing"}) {
    Client one = client();
    one.send_request("POST", target);
    one.read();
    Client other = client();
    other.send_request("GET", target);
    other.read();
  }
  const std::string server =
      "127.0.0.1:" + std::to_string(origin.port()) + ": the upstream closed ";
  for (const char* said : {"POST of api.test/cached/cut failed within the body: ",
                           "fetch of api.test/cached/cut failed within the body: ",
                           "POST of api.test/pass/cut failed within the body: ",
                           "GET of api.test/pass/cut failed within the body: ",
                           "POST of api.test/pass/nothing failed: ",
                           "GET of api.test/pass/nothing failed: "}) {
    EXPECT_TRUE(eventually([&] { return log.count(said + server) == 1; }))
        << said << server << log.text();
  }
  EXPECT_EQ(proxy->metric("hawkcache_fetch_errors_total"), 6);
}

}  // namespace
}  // namespace hawkcache::scenario
