// Interim responses of an upstream, and bodies that wait for one of them.
#include "unit/net/scripted_body.hpp"
#include "unit/net/upstream_fixture.hpp"

namespace hawkcache::net::test {
namespace {

// Writes down what it hears, and how often the body had been asked for by then.
class Notes final : public InterimSink {
 public:
  explicit Notes(const ScriptedBody* body = nullptr) : body_(body) {}
  void interim(const http::ResponseHead& head) override {
    heard += std::to_string(head.status);
    if (const auto link = head.fields().combined("Link")) heard += " " + *link;
    if (body_ != nullptr && body_->reads > 0) heard += " with the body";
    heard += ";";
  }

  std::string heard;

 private:
  const ScriptedBody* body_;
};

class UpstreamInterimTest : public UpstreamTest {
 protected:
  UpstreamInterimTest() { body.pieces = {"hi"}; }

  UpstreamRequest expecting_post() {
    UpstreamRequest request = post(body);
    request.body_start = UpstreamRequest::BodyStart::on_continue;
    request.interim = &notes;
    return request;
  }

  ScriptedBody body{loop.worker.executor()};
  Notes notes{&body};
};

const std::string kInterim =
    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    "HTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n";
constexpr std::string_view kFramedBody = "2\r\nhi\r\n0\r\n\r\n";
constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";

TEST_F(UpstreamInterimTest, TheSinkHearsAllInOrder) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kInterim);
    connection.write(kAnswer);
    connection.read_head();
    connection.write(kAnswer);
  });
  use({origin.port()});
  UpstreamRequest request = get();
  request.interim = &notes;
  EXPECT_EQ(fetch(std::move(request)).body, "ok");
  EXPECT_EQ(notes.heard, "102;103 </a>;103 </b>;");
  EXPECT_EQ(fetch(get()).body, "ok") << "on the same connection";
  origin.join();
}

TEST_F(UpstreamInterimTest, NothingIsAskedTwiceOnceAnInterimResponseCame) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kAnswer);
    connection.read_head();
    connection.write(kInterim);
    connection.close();
    EXPECT_FALSE(self.has_caller());
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  UpstreamRequest request = get();
  request.interim = &notes;
  EXPECT_EQ(fetch(std::move(request)).start_error, Errc::upstream_closed);
  EXPECT_EQ(notes.heard, "102;103 </a>;103 </b>;");
  origin.join();
}

// Interim responses that come when response_timeout is nearly over, each of them.
class Slowly final : public InterimSink {
 public:
  Slowly(ManualClock& clock, Duration each) : clock_(clock), each_(each) {}
  void interim(const http::ResponseHead&) override { clock_.advance(each_); }

 private:
  ManualClock& clock_;
  Duration each_;
};

TEST_F(UpstreamInterimTest, ThoseThatComeWithoutEndAreNotWaitedForWithoutEnd) {
  settings.response_timeout = Duration(60'000);  // longer than the loop waits
  settings.max_idle = 0;
  for (const int count : {3, 4}) {
    SCOPED_TRACE(count);
    const bool too_long = count > 3;
    ScriptedOrigin origin([&](ScriptedOrigin& self) {
      OriginConnection connection = self.accept();
      connection.read_head();
      for (int i = 0; i < count; ++i) connection.write("HTTP/1.1 102 Processing\r\n\r\n");
      if (!too_long) connection.write(kAnswer);
      EXPECT_EQ(connection.read_to_end(), "");
    });
    settings.servers.clear();
    use({origin.port()});
    Slowly slowly(loop.clock, settings.response_timeout);
    UpstreamRequest request = get();
    request.interim = &slowly;
    const Answer answer = fetch(std::move(request));
    EXPECT_EQ(answer.start_error, too_long ? ErrorCode(Errc::upstream_timeout) : ErrorCode());
    EXPECT_EQ(answer.body, too_long ? "" : "ok");
    origin.join();
  }
}

TEST_F(UpstreamInterimTest, ABodyWaitsForThe100) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kInterim);
    connection.write(kGoOn);
    EXPECT_EQ(connection.read(kFramedBody.size()), kFramedBody);
    connection.write(kAnswer);
    connection.read_head();
    connection.write(kAnswer);
  });
  settings.continue_timeout = Duration(20'000);
  use({origin.port()});
  EXPECT_EQ(fetch(expecting_post()).body, "ok");
  EXPECT_EQ(notes.heard, "102;103 </a>;103 </b>;100;");
  EXPECT_EQ(fetch(get()).body, "ok") << "on the same connection";
  origin.join();
}

TEST_F(UpstreamInterimTest, ABodyIsNotReadAfterAFinalResponseInsteadOfThe100) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_EQ(connection.read_to_end(), "");
    OriginConnection second = self.accept();
    second.read_head();
    second.write(kAnswer);
  });
  settings.continue_timeout = Duration(20'000);
  use({origin.port()});
  const Answer answer = fetch(expecting_post());
  EXPECT_EQ(answer.status, 417);
  EXPECT_EQ(answer.body, "no");
  EXPECT_EQ(body.reads, 0);
  EXPECT_EQ(body.cancelled, 0);
  EXPECT_EQ(fetch(get()).body, "ok") << "on a new connection: the first waits for a body";
  origin.join();
}

TEST_F(UpstreamInterimTest, ABodyIsSentInTheEndToAServerThatIgnoresExpect) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    EXPECT_EQ(connection.read(kFramedBody.size()), kFramedBody);
    connection.write(kGoOn);  // it comes late, and changes nothing
    connection.write(kAnswer);
  });
  settings.continue_timeout = Duration(30);
  use({origin.port()});
  EXPECT_EQ(fetch(expecting_post()).body, "ok");
  EXPECT_EQ(notes.heard, "100 with the body;");
  origin.join();
}

TEST_F(UpstreamInterimTest, AHeldBodyEndsWithItsConnection) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.close();
  });
  settings.continue_timeout = Duration(20'000);
  use({origin.port()});
  EXPECT_EQ(fetch(expecting_post()).start_error, Errc::upstream_closed);
  EXPECT_EQ(body.reads, 0);
  origin.join();
}

}  // namespace
}  // namespace hawkcache::net::test
