#include "scenario/support/proxy_under_test.hpp"

#include "config/load.hpp"

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

namespace hawkcache::scenario {
namespace {

std::string indented(const std::string& text, const std::string& by) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) out += by + line + "\n";
  }
  return out;
}

std::string section(const std::string& name, const std::string& keys) {
  return keys.empty() ? "" : name + ":\n" + indented(keys, "  ");
}

config::LoadResult load(const std::string& text) {
  const auto no_environment = [](std::string_view) { return std::optional<std::string>(); };
  config::LoadResult result = config::load_text(text, "scenario.yaml", no_environment);
  return result;
}

}  // namespace

std::string ProxyUnderTest::render(const Daemon& daemon) const {
  const char* level = std::getenv("HAWKCACHE_SCENARIO_LOG");
  // A reload must not move the listeners.
  std::string text = "listen: 127.0.0.1:0\n";
  text += "threads: " + std::to_string(daemon.threads) + "\n";
  text += section("admin",
                  "listen: 127.0.0.1:0\n" +
                      (daemon.token.empty() ? std::string() : "token: \"" + daemon.token + "\"\n"));
  std::string servers = "\"http://127.0.0.1:" + std::to_string(origin_port_) + "\"";
  for (const std::uint16_t port : daemon.more_origins) {
    servers += ", \"http://127.0.0.1:" + std::to_string(port) + "\"";
  }
  text += section("upstream", "servers: [" + servers + "]\n" + daemon.upstream);
  text += section("store", section("memory", daemon.memory) + daemon.store);
  text += section("limits", daemon.limits);
  text += std::string("log: { level: ") + (level != nullptr ? level : "off");
  if (!daemon.access_log.empty()) text += ", access: \"" + daemon.access_log + "\"";
  text += " }\n";
  text += daemon.rest;
  if (!text.ends_with('\n')) text += '\n';
  return text + section("routes", daemon.routes);
}

ProxyUnderTest::ProxyUnderTest(std::uint16_t origin_port, ManualClock& clock, const Daemon& daemon)
    : origin_port_(origin_port), token_(daemon.token) {
  text_ = render(daemon);
  config::LoadResult loaded = load(text_);
  for (const config::ConfigError& error : loaded.errors) {
    ADD_FAILURE() << config::to_string(error) << "\n" << text_;
  }
  if (!loaded.config) throw std::runtime_error("the scenario's configuration is broken");
  const auto source = [this] {
    const std::scoped_lock lock(mutex_);
    config::LoadResult read = load(text_);
    if (tampering_ && read.config) tampering_(*read.config);
    return read;
  };
  server_ = std::make_unique<server::Server>(std::move(*loaded.config), source, clock);
  if (const auto error = server_->start()) throw std::runtime_error(error->message);
  port_ = server_->port();
  admin_port_ = server_->admin_port();
}

ProxyUnderTest::~ProxyUnderTest() {
  server_->stop();
  server_->stop();
  server_->wait();
}

void ProxyUnderTest::set_daemon(const Daemon& daemon) { set_text(render(daemon)); }

void ProxyUnderTest::set_text(std::string text) {
  const std::scoped_lock lock(mutex_);
  text_ = std::move(text);
}

void ProxyUnderTest::tamper(std::function<void(config::Config&)> with) {
  const std::scoped_lock lock(mutex_);
  tampering_ = std::move(with);
}

Response ProxyUnderTest::admin(std::string_view method,
                               std::string_view target,
                               const Fields& fields,
                               std::string_view body) const {
  Fields all = fields;
  if (!all.has("host")) all.emplace_back("Host", "localhost");
  if (!token_.empty() && !all.has("authorization")) {
    all.emplace_back("Authorization", "Bearer " + token_);
  }
  return admin_client().request(method, target, all, body);
}

PurgeAnswer ProxyUnderTest::purge(std::string_view json) const {
  const Response response =
      admin("POST", "/v1/purge", {{"Content-Type", "application/json"}}, json);
  PurgeAnswer answer;
  answer.status = response.status;
  answer.body = response.body;
  answer.estimate = response.body.find("\"estimate\"") != std::string::npos;
  const std::size_t at = response.body.find("\"purged\":");
  if (at != std::string::npos) {
    answer.purged = std::strtoull(response.body.c_str() + at + 9, nullptr, 10);
  }
  return answer;
}

double ProxyUnderTest::metric(std::string_view name) const {
  std::istringstream lines(admin("GET", "/metrics").body);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const char after = line.size() > name.size() ? line[name.size()] : '\0';
    if (after != ' ' && after != '{') continue;
    sum += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

}  // namespace hawkcache::scenario
