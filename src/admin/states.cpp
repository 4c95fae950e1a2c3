#include "admin/admin_documents.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

namespace hawkcache::admin {
namespace {

void write_messages(JsonWriter& json, const ReloadReport& report) {
  json.key("messages").begin_array();
  for (const std::string& message : report.messages) json.value(message);
  json.end_array();
}

// What is wrong, with its place: the first message, and how many there are beside it.
std::string detail_of(const ReloadReport& report) {
  std::string detail = report.status == ReloadReport::Status::rejected
                           ? "The configuration has errors; the old one is still in force."
                           : "A restart is needed; the old configuration is still in force.";
  const std::size_t count = report.messages.size();
  if (count > 0) detail += fmt::format(" {}.", report.messages.front());
  if (count > 1) detail += fmt::format(" All {} are in messages.", count);
  return detail;
}

std::string_view detail_of(Readiness::State state) {
  return state == Readiness::State::draining
             ? "draining: the daemon is ending and takes no new connections"
             : "starting: the listeners do not accept yet";
}

}  // namespace

AdminReply healthz_reply() { return {.body = "{\"status\":\"ok\"}\n", .extra_fields = {}}; }

AdminReply readyz_reply(const Readiness& readiness) {
  const bool ready = readiness.state == Readiness::State::ready;
  JsonWriter json;
  json.begin_object();
  if (ready) {
    json.member("status", "ready");
  } else {
    json.member("title", "Service Unavailable").member("status", 503);
    json.member("detail", detail_of(readiness.state));
  }
  json.member("store", readiness.store).member("upstream", readiness.upstream).end_object();
  AdminReply reply{.body = json.take() + "\n", .extra_fields = {}};
  if (!ready) {
    reply.status = 503;
    reply.content_type = "application/problem+json";
  }
  return reply;
}

AdminReply reload_reply(const ReloadReport& report) {
  JsonWriter json;
  json.begin_object();
  if (report.status == ReloadReport::Status::reloaded) {
    json.member("status", "reloaded");
    write_messages(json, report);
    return {.body = json.end_object().take() + "\n", .extra_fields = {}};
  }
  const bool rejected = report.status == ReloadReport::Status::rejected;
  const int status = rejected ? 422 : 409;
  json.member("title", rejected ? "Configuration rejected" : "Restart needed")
      .member("status", status);
  json.member("detail", detail_of(report));
  write_messages(json, report);
  return {.status = status,
          .content_type = "application/problem+json",
          .body = json.end_object().take() + "\n",
          .extra_fields = {}};
}

AdminReply purge_reply(const store::Purged& purged) {
  JsonWriter json;
  json.begin_object().member("purged", purged.count);
  if (purged.accuracy == store::Purged::Accuracy::estimate) json.member("estimate", true);
  return {.body = json.end_object().take() + "\n", .extra_fields = {}};
}

}  // namespace hawkcache::admin
