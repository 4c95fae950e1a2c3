// Slow clients: the times are short, so that they are soon over.
#include "scenario/support/hostile.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;

class SlowClients : public HostileRequests {
 protected:
  void SetUp() override {
    start(Daemon{.routes = "- path: /cached/{rest:path}",
                 .limits = "header_timeout: 200ms\nkeepalive_timeout: 200ms\nbody_timeout: "
                           "200ms\nwrite_timeout: 200ms"});
  }
};

TEST_F(SlowClients, AHeadMustBeWholeInTimeInTotalAndNotPerByte) {
  Client drip = client();
  const std::string raw = "GET / HTTP/1.1\r\nHost: api.test\r\nX: " + std::string(2000, 'x');
  const auto begun = std::chrono::steady_clock::now();
  for (const char byte : raw) {
    if (!drip.send(std::string_view(&byte, 1))) break;
    if (drip.wire().receive(5ms) || !drip.wire().timed_out()) break;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_THAT(drip.read().status, AnyOf(408, 0));
}

TEST_F(SlowClients, ConnectionsAtRestAreClosed) {
  Client never_asked = client();
  Client asked_once = client();
  EXPECT_EQ(asked_once.get("/cached/a").status, 200);
  EXPECT_TRUE(asked_once.is_closed_by_peer());
  const Response nothing = never_asked.read();
  EXPECT_THAT(nothing.status, AnyOf(408, 0));
}

TEST_F(SlowClients, AStalledBodyIsEnded) {
  for (const char* framing :
       {"Content-Length: 100\r\n\r\npart", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"}) {
    Client stalled = client();
    stalled.send(std::string("POST /pass HTTP/1.1\r\nHost: api.test\r\n") + framing);
    EXPECT_THAT(stalled.read().status, AnyOf(408, 400, 0));
    EXPECT_FALSE(stalled.wire().timed_out());
  }
  EXPECT_EQ(whole_requests(), 0U);
}

// RFC 9112 section 9.5: a client that sees an early answer may stop sending.
TEST_F(SlowClients, AnEarlyAnswerIsNotCutWhenTheBodyStalls) {
  origin.on(
      "/early",
      [](OriginExchange& exchange) {
        exchange.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\nhalf");
        exchange.hold("early");
        exchange.send("rest");
        exchange.close();
      },
      FakeOrigin::Body::by_script);
  Client one = client();
  one.send("POST /early HTTP/1.1\r\nHost: api.test\r\nContent-Length: 100\r\n\r\npart");
  Response response = one.read_head("POST");
  EXPECT_EQ(response.status, 413);
  ASSERT_TRUE(one.read_body(response, 4));
  EXPECT_FALSE(one.wire().receive(500ms));  // the time for the body has passed
  origin.gate("early").open();
  one.read_rest(response);
  EXPECT_EQ(response.body, "halfrest");
}

TEST_F(SlowClients, AClientThatTakesNothingIsCutOff) {
  origin.on("/huge", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n");
    const std::string piece(65'536, 'x');
    while (exchange.send(piece)) {
    }
    exchange.hold("cut off");
    exchange.close();
  });
  origin.gate("cut off").open();
  Client lazy = client();
  lazy.wire().shrink_receive_buffer(4096);
  lazy.send_request("GET", "/huge");
  EXPECT_TRUE(origin.gate("cut off").wait_for());
}

TEST_F(SlowClients, ASlowOriginIsNotTheClientsFault) {
  origin.on("/slow", [](OriginExchange& exchange) {
    exchange.hold("slow");
    exchange.respond("slow");
  });
  Client patient = client();
  patient.send_request("GET", "/slow");
  ASSERT_TRUE(origin.gate("slow").wait_for());
  EXPECT_FALSE(patient.wire().receive(500ms));
  EXPECT_TRUE(patient.wire().timed_out()) << "the connection was ended while its client waited";
  origin.gate("slow").open();
  EXPECT_EQ(patient.read().body, "slow");
}

}  // namespace
}  // namespace hawkcache::scenario
