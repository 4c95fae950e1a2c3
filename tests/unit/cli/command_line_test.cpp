// What needs no running daemon. The others are for the end-to-end tests.
#include "cli/command_line.hpp"

#include "cli/signals.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

namespace hawkcache::cli {
namespace {

class CommandLine : public ::testing::Test {
 protected:
  CommandLine()
      : file_(std::filesystem::temp_directory_path() /
              ("hawkcache-cli-" + std::to_string(::getpid()) + ".yaml")) {}
  ~CommandLine() override { std::filesystem::remove(file_); }

  int run_it(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return run(arguments, out_, err_);
  }
  std::string config(std::string_view routes) {
    std::ofstream(file_) << "upstream: { servers: [\"http://127.0.0.1:8000\"] }\n" << routes;
    return file_.string();
  }

  const std::filesystem::path file_;
  std::ostringstream out_;
  std::ostringstream err_;
};

constexpr std::string_view kUserRule =
    "routes:\n  - { name: user, path: \"/users/{user_id:int}\", tags: [\"user:{user_id}\"] }\n";

TEST_F(CommandLine, HelpAndVersionGoToStdout) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"help"}, {"-h"}}) {
    EXPECT_EQ(run_it(arguments), kDone);
    EXPECT_NE(out_.str().find("serve"), std::string::npos);
    EXPECT_EQ(err_.str(), "");
  }
  EXPECT_EQ(run_it({"--version"}), kDone);
  const std::string version = out_.str();
  EXPECT_TRUE(version.starts_with("hawkcache ")) << version;
  EXPECT_EQ(run_it({"version"}), kDone);
  EXPECT_EQ(out_.str(), version);
}

TEST_F(CommandLine, HelpNamesTheOptionsOfACommand) {
  EXPECT_EQ(run_it({"help", "purge"}), kDone);
  EXPECT_NE(out_.str().find("--tag TAG"), std::string::npos) << out_.str();
  EXPECT_EQ(run_it({"help", "serve"}), kDone);
  for (const std::string_view option :
       {"--config FILE", "--upstream URL", "--listen HOST:PORT", "--ttl DURATION", "--redis URL"}) {
    EXPECT_NE(out_.str().find(option), std::string::npos) << out_.str();
  }
  EXPECT_EQ(run_it({"help", "top"}), kDone);
  EXPECT_NE(out_.str().find("--count N "), std::string::npos) << out_.str();
  EXPECT_EQ(run_it({"help", "frobnicate"}), kUsage);
}

TEST_F(CommandLine, WrongUseIsExplainedOnStderr) {
  const std::vector<std::vector<std::string>> cases = {
      {"frobnicate"},
      {"--frobnicate"},
      {"check"},
      {"check", "--config"},
      {"explain", "--config", "x.yaml"},
      {"serve"},
      {"serve", "--config", "x.yaml", "--upstream", "http://127.0.0.1:1"},
      {"serve", "--ttl", "60s"},
      {"purge"},
      {"purge", "--soft"},
      {"purge", "--tag"},
      {"purge", "--tag", ""},
      {"purge", "--url", "b"},
      {"purge", "--all", "--prefix", "/a b"},
      {"purge", "--tag", "a", "stray"},
      {"stats", "--admin", "https://127.0.0.1:9080"},
      {"stats", "--frobnicate"},
      {"top", "--interval", "soon"},
      {"top", "--interval", "0s"},
      {"top", "--count", "0"},
      {"top", "--once", "--count", "2"},
  };
  for (const auto& arguments : cases) {
    SCOPED_TRACE(arguments.empty() ? "" : arguments.front() + " " + arguments.back());
    EXPECT_EQ(run_it(arguments), kUsage);
    EXPECT_EQ(out_.str(), "");
    const bool is_command =
        !arguments.empty() && arguments.front().find("frob") == std::string::npos;
    const std::string name = is_command ? "hawkcache " + arguments.front() + ": " : "hawkcache: ";
    EXPECT_TRUE(err_.str().starts_with(name)) << err_.str();
  }
}

TEST_F(CommandLine, WhatIsWrongIsToldWithTheRemedyInOneLine) {
  struct Case {
    std::vector<std::string> arguments;
    std::string_view line;
  };
  const Case cases[] = {
      {{"serv"}, "hawkcache: there is no command \"serv\"; did you mean \"serve\"?"},
      {{"dump"}, "hawkcache: there is no command \"dump\"; `hawkcache help` lists them"},
      {{"help", "srve"}, "hawkcache help: there is no command \"srve\"; did you mean \"serve\"?"},
      {{"check", "a.yaml"},
       "hawkcache check: --config is required, and \"a.yaml\" is not expected here; `hawkcache "
       "help "
       "check` tells what can be written"},
      {{"--frob"},
       "hawkcache: \"--frob\" is not expected here; `hawkcache help` tells what can be written"},
      {{"serve", "--upstream", "api", "--ttl", "5"},
       "hawkcache serve: --upstream: error: \"api\" has no scheme; write http://api\n"
       "hawkcache serve: --ttl: error: \"5\" has no unit; write 5s (units: ms, s, m, h, d)"},
      {{"purge", "--all", "--admin", "http://::1:9080"},
       "hawkcache purge: \"http://::1:9080\" is no admin URL: write it as http://HOST:PORT, an "
       "IPv6 "
       "address in brackets"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(run_it(c.arguments), kUsage);
    EXPECT_EQ(err_.str(), std::string(c.line) + "\n");
  }
}

// What would end the header field that carries it begins no other.
TEST_F(CommandLine, ATokenThatIsNoneIsNotSent) {
  const std::string long_token(5000, 'a');
  for (const std::string token :
       {"secret\r\nX-Evil: 1", "secret\n", "a b", "\xC3\xA9", long_token.c_str()}) {
    ::setenv("HAWKCACHE_ADMIN_TOKEN", token.c_str(), 1);
    EXPECT_EQ(run_it({"stats", "--admin", "http://127.0.0.1:1"}), kUsage);
    EXPECT_TRUE(err_.str().starts_with("hawkcache stats: HAWKCACHE_ADMIN_TOKEN: ")) << err_.str();
    EXPECT_EQ(err_.str().find(token), std::string::npos) << err_.str();
  }
  ::unsetenv("HAWKCACHE_ADMIN_TOKEN");
}

TEST_F(CommandLine, NoCommandAtAllIsShownTheHelp) {
  EXPECT_EQ(run_it({}), kUsage);
  EXPECT_EQ(out_.str(), "");
  EXPECT_NE(err_.str().find("Usage: hawkcache"), std::string::npos) << err_.str();
}

TEST_F(CommandLine, ACountOfNoneIsToldTheLeast) {
  EXPECT_EQ(run_it({"top", "--count", "0"}), kUsage);
  EXPECT_NE(err_.str().find("Value 0 not in range 1 to "), std::string::npos) << err_.str();
}

TEST_F(CommandLine, CheckAcceptsASoundFile) {
  EXPECT_EQ(run_it({"check", "--config", config(kUserRule)}), kDone);
  EXPECT_EQ(out_.str(), file_.string() + ": ok, 1 rule\n");
}

TEST_F(CommandLine, CheckTellsEveryErrorWithItsPlace) {
  EXPECT_EQ(run_it({"check",
                    "--config",
                    config("routes:\n  - { path: /x, tll: 60s }\n  - { path: /y, ttl: soon }\n")}),
            kUsage);
  EXPECT_NE(err_.str().find(file_.string() + ":3:"), std::string::npos) << err_.str();
  EXPECT_NE(err_.str().find(file_.string() + ":4:"), std::string::npos) << err_.str();
  EXPECT_EQ(out_.str(), "");
}

TEST_F(CommandLine, CheckTellsErrorsFirst) {
  EXPECT_EQ(run_it({"check",
                    "--config",
                    config("routes:\n  - { path: /x, key: x }\n  - { path: /y, ttl: soon }\n")}),
            kUsage);
  const std::size_t error = err_.str().find(": error: ");
  const std::size_t warning = err_.str().find(": warning: ");
  EXPECT_LT(error, warning) << err_.str();
  EXPECT_NE(warning, std::string::npos) << err_.str();
}

TEST_F(CommandLine, CheckTellsThatThereIsNoSuchFile) {
  EXPECT_EQ(run_it({"check", "--config", "/nonexistent/hawkcache.yaml"}), kUsage);
  EXPECT_NE(err_.str().find("/nonexistent/hawkcache.yaml"), std::string::npos);
}

TEST_F(CommandLine, ExplainShowsRuleKeyAndTags) {
  EXPECT_EQ(run_it({"explain",
                    "--config",
                    config(kUserRule),
                    "-X",
                    "GET",
                    "-H",
                    "Host: api.example.com",
                    "-H",
                    "Accept: */*",
                    "/users/007?x=1"}),
            kDone)
      << err_.str();
  for (const std::string_view part : {"user", "user:7", "api.example.com", "/users/007?x=1"}) {
    EXPECT_NE(out_.str().find(part), std::string::npos) << out_.str();
  }
}

TEST_F(CommandLine, ExplainPrintsJsonOnRequest) {
  EXPECT_EQ(run_it({"explain", "--config", config(kUserRule), "--json", "/users/7"}), kDone);
  EXPECT_TRUE(out_.str().starts_with("{\"request\":")) << out_.str();
}

TEST_F(CommandLine, ExplainRefusesWhatIsNoRequest) {
  EXPECT_EQ(run_it({"explain", "--config", config(kUserRule), "/a b"}), kUsage);
  EXPECT_EQ(run_it({"explain", "--config", config(kUserRule), "-H", "novalue", "/a"}), kUsage);
}

TEST_F(CommandLine, TopEndsAtASignalWhateverTheDaemonDoes) {
  boost::asio::io_context context;
  // Takes connections, and answers nothing.
  const boost::asio::ip::tcp::acceptor silent(context,
                                              {boost::asio::ip::address_v4::loopback(), 0});
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  take_over_signals();
  std::raise(SIGINT);
  const std::string url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port());
  EXPECT_EQ(run_it({"top", "--once", "--admin", url}), 0);
  EXPECT_EQ(err_.str(), "");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(CommandLine, AnotherServersAnswerIsToldFromTheAdminListeners) {
  using boost::asio::ip::tcp;
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
  const std::string url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  for (const std::string status : {"404 Not Found", "200 OK"}) {
    std::thread server([&] {
      tcp::socket socket = acceptor.accept();
      std::string request;
      boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n");
      const std::string answer =
          "HTTP/1.1 " + status + "\r\nContent-Length: 22\r\n\r\n{\"detail\":\"Not Found\"}";
      boost::asio::write(socket, boost::asio::buffer(answer));
    });
    EXPECT_EQ(run_it({"stats", "--json", "--admin", url}), kFailed);
    server.join();
    EXPECT_EQ(err_.str(),
              "hawkcache stats: " + (status == "200 OK" ? "" : status + ": ") +
                  "that is no answer of hawkcache's admin listener; name its admin.listen with "
                  "--admin URL, or the file with --config FILE\n");
    EXPECT_EQ(out_.str(), "");
  }
}

TEST_F(CommandLine, SchemaIsJson) {
  EXPECT_EQ(run_it({"schema"}), kDone);
  EXPECT_TRUE(out_.str().starts_with("{"));
}

}  // namespace
}  // namespace hawkcache::cli
