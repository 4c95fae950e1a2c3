#include "admin/purge_request.hpp"

#include "admin/strict_json.hpp"
#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace hawkcache::admin {
namespace {

namespace json = boost::json;
using http::FieldName;
using store::PurgeKind;
using store::PurgeRequest;
using Problem = std::optional<std::string>;  // nullopt: all is well

constexpr std::string_view kKeys = "tags, urls, prefixes, all and soft";

std::string text_of(const json::string& text) { return {text.data(), text.size()}; }

Problem read_strings(std::string_view key,
                     const json::value& value,
                     const std::function<Problem(std::string)>& take) {
  const json::array* array = value.if_array();
  if (array == nullptr) {
    return fmt::format("{} is {}; it must be an array of strings", key, name_of_kind(value));
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const json::string* text = (*array)[i].if_string();
    if (text == nullptr) {
      return fmt::format("{}[{}] is {}; it must be a string", key, i, name_of_kind((*array)[i]));
    }
    if (const Problem problem = take(text_of(*text))) {
      return fmt::format("{}[{}] {}", key, i, *problem);
    }
  }
  return std::nullopt;
}

Problem read_tags(const json::value& value, PurgeRequest& request) {
  return read_strings("tags", value, [&](std::string tag) -> Problem {
    if (tag.empty()) return "is an empty string; name a tag, or leave it out";
    request.tags.push_back(std::move(tag));
    return std::nullopt;
  });
}

Problem read_scopes(std::string_view key,
                    const json::value& value,
                    UrlKind kind,
                    std::vector<store::UrlScope>& scopes) {
  return read_strings(key, value, [&](const std::string& text) -> Problem {
    auto scope = parse_url_scope(text, kind);
    if (const auto* why = std::get_if<std::string>(&scope)) return *why;
    scopes.push_back(std::move(std::get<store::UrlScope>(scope)));
    return std::nullopt;
  });
}

Problem read_flag(std::string_view key, const json::value& value, bool& flag) {
  if (!value.is_bool()) {
    return fmt::format("{} is {}; it must be true or false", key, name_of_kind(value));
  }
  flag = value.get_bool();
  return std::nullopt;
}

Problem read_member(std::string_view key, const json::value& value, PurgeRequest& request) {
  if (key == "tags") return read_tags(value, request);
  if (key == "urls") return read_scopes(key, value, UrlKind::url, request.urls);
  if (key == "prefixes") return read_scopes(key, value, UrlKind::prefix, request.prefixes);
  bool flag = false;
  Problem problem;
  if (key == "all") {
    problem = read_flag(key, value, flag);
    if (flag) request.scope = PurgeRequest::Scope::everything;
  } else if (key == "soft") {
    problem = read_flag(key, value, flag);
    if (flag) request.kind = PurgeKind::soft;
  } else {
    problem = fmt::format("the key \"{}\" is not known; the keys are {}", key, kKeys);
  }
  return problem;
}

Problem read_body(std::string_view body, PurgeRequest& request) {
  auto parsed = parse_strict_object(body);
  if (const auto* error = std::get_if<JsonError>(&parsed)) return error->message;
  for (const auto& member : std::get<json::object>(parsed)) {
    const std::string_view key(member.key().data(), member.key().size());
    if (Problem problem = read_member(key, member.value(), request)) return problem;
  }
  return std::nullopt;
}

// Surrogate-Key: tags, separated by blanks.
void add_surrogate_keys(http::FieldsView fields, PurgeRequest& request) {
  fields.for_each(FieldName::surrogate_key, [&](std::string_view value) {
    ascii::WordReader words(value);
    while (const auto tag = words.next()) {
      utf8::append_repaired(request.tags.emplace_back(), *tag);
    }
  });
}

Problem read_soft_field(http::FieldsView fields, PurgeRequest& request) {
  const std::size_t count = fields.count(FieldName::fastly_soft_purge);
  if (count == 0) return std::nullopt;
  const std::string_view value = *fields.value(FieldName::fastly_soft_purge);
  if (count > 1 || (value != "1" && value != "0")) {
    return "Fastly-Soft-Purge must be there once and say 1 (mark as stale) or 0 (remove)";
  }
  if (value == "1") request.kind = PurgeKind::soft;
  return std::nullopt;
}

PurgeDecision finish(PurgeRequest request, Problem problem) {
  if (problem) return PurgeRefusal{400, *problem + ". Nothing was purged."};
  return request;
}

}  // namespace

std::variant<std::monostate, PurgeRefusal> check_json_body_type(http::FieldsView fields) {
  constexpr std::string_view kRemedy = "send the body with Content-Type: application/json";
  const std::size_t count = fields.count(FieldName::content_type);
  if (count != 1) {
    return PurgeRefusal{
        415,
        fmt::format(
            "The request has {} Content-Type; {}.", count == 0 ? "no" : "more than one", kRemedy)};
  }
  const std::string_view value = *fields.value(FieldName::content_type);
  const std::string_view type = ascii::trim(value.substr(0, value.find(';')));
  if (!ascii::equals_ignoring_case(type, "application/json")) {
    return PurgeRefusal{415, fmt::format("The Content-Type is not application/json; {}.", kRemedy)};
  }
  const auto encoding = fields.combined(FieldName::content_encoding);
  if (encoding && !ascii::equals_ignoring_case(*encoding, "identity")) {
    return PurgeRefusal{415, "The body has a Content-Encoding; send the JSON plain."};
  }
  return std::monostate{};
}

PurgeDecision parse_purge_post(http::FieldsView fields,
                               const http::Target& target,
                               std::string_view body) {
  PurgeRequest request;
  if (!target.query.empty()) {
    return finish({}, "the target has a query; what to purge is named in the body alone");
  }
  if (!body.empty()) {
    if (const Problem problem = read_body(body, request)) return finish({}, problem);
  }
  if (const Problem problem = read_soft_field(fields, request)) return finish({}, problem);
  add_surrogate_keys(fields, request);
  store::drop_repeats(request);
  if (request.names_nothing()) {
    return finish({},
                  "nothing to purge is named; send an object with tags, urls or prefixes that are "
                  "not empty, or "
                  "with \"all\": true");
  }
  return request;
}

PurgeDecision parse_purge_method(http::FieldsView fields,
                                 std::string_view request_target,
                                 std::string_view body) {
  PurgeRequest request;
  if (!body.empty()) {
    return finish({}, "PURGE takes no body; send POST /v1/purge to name several things at once");
  }
  if (const Problem problem = read_soft_field(fields, request)) return finish({}, problem);
  if (fields.contains(FieldName::surrogate_key)) {
    add_surrogate_keys(fields, request);
    store::drop_repeats(request);
    if (request.tags.empty()) return finish({}, "Surrogate-Key names no tag");
    return request;
  }
  auto scope = parse_url_scope(request_target, UrlKind::url);
  if (const auto* why = std::get_if<std::string>(&scope)) {
    return finish({}, "the request target " + *why);
  }
  request.urls.push_back(std::move(std::get<store::UrlScope>(scope)));
  return request;
}

}  // namespace hawkcache::admin
