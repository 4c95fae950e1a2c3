#include "proxy/response_intake.hpp"

#include "base/ascii.hpp"
#include "caching/storability.hpp"
#include "caching/tags.hpp"
#include "caching/validation.hpp"
#include "caching/vary.hpp"
#include "http/parser.hpp"
#include "proxy/response_text.hpp"

#include <algorithm>

namespace hawkcache::proxy {
namespace {

using caching::Reason;

std::optional<std::uint64_t> announced_length(const http::ResponseHead& response,
                                              http::BodyFraming framing) {
  if (framing.kind == http::BodyKind::length) return framing.length;
  if (framing.kind != http::BodyKind::none) return std::nullopt;
  // An answer to HEAD, or a 304: the length of what is not sent.
  const auto value = response.fields().value(http::FieldName::content_length);
  return value ? ascii::parse_digits(*value) : std::nullopt;
}

void select_variant(caching::StoredMeta& meta,
                    http::FieldsView response,
                    const IntakeInput& input) {
  const auto vary = caching::parse_vary(response);
  if (const auto* names = std::get_if<std::shared_ptr<const caching::VaryNames>>(&vary)) {
    meta.vary = *names;
  }
  if (!meta.vary) return;
  caching::append_secondary_key(meta.secondary_key,
                                *meta.vary,
                                input.subject->request->fields(),
                                input.route->policy.normalize);
}

}  // namespace

std::shared_ptr<const FillHead> take_in(const http::ResponseHead& response,
                                        http::BodyFraming framing,
                                        const IntakeInput& input) {
  auto head = std::make_shared<FillHead>();
  head->status = response.status;
  head->has_body = framing.kind != http::BodyKind::none;
  head->content_length = announced_length(response, framing);
  head->meta.status = response.status;
  head->meta.rule_fingerprint = input.route->fingerprint;
  head->meta.validators = caching::parse_validators(response.fields(), input.times.response_time);
  head->meta.tags = input.subject->rule_tags;
  const std::size_t dropped_tags = caching::append_response_tags(
      head->meta.tags, response.fields(), input.scheme, input.subject->authority, input.tag_limits);
  select_variant(head->meta, response.fields(), input);

  HeadRendering rendering{.use = HeadUse::caching_rule,
                          .strip = {},
                          .client_cache_control = &input.route->client_cache_control,
                          .now = input.times.response_time};
  const auto storability = caching::decide_storability(
      input.method, input.subject->request->fields(), response, input.route->policy, input.times);
  if (const auto* storable = std::get_if<caching::Storable>(&storability)) {
    head->meta.freshness = storable->freshness;
    head->meta.authorized_reuse = storable->authorized_reuse;
    rendering.strip = storable->strip;
    if (head->has_body && head->content_length.value_or(0) > input.max_object) {
      head->not_stored = Reason::too_large;
    }
    // Without all of its tags a purge could miss it.
    if (dropped_tags > 0) head->not_stored = Reason::too_many_tags;
  } else {
    head->not_stored = std::get<caching::NotStorable>(storability).reason;
    head->meta.freshness.response_time = input.times.response_time;
    head->meta.freshness.initial_age = caching::initial_age(response.fields(), input.times);
  }
  head->text = render_response_head(response.status, response.reason, response.fields(), rendering);
  if (!rendering.strip.empty()) {
    HeadRendering unstripped = rendering;
    unstripped.strip = {};
    head->own_text =
        render_response_head(response.status, response.reason, response.fields(), unstripped);
  }
  head->withheld = withheld_fields(response.fields(), rendering);
  return head;
}

std::shared_ptr<const FillHead> freshen(const store::StoredResponse& stored,
                                        const http::ResponseHead& not_modified,
                                        const IntakeInput& input) {
  const auto from_304 = caching::parse_validators(not_modified.fields(), input.times.response_time);
  if (!caching::freshens(stored.meta().validators, from_304)) return nullptr;
  http::ResponseParser parser(
      {.start_line = 1 << 20, .header_block = 16 << 20, .field_count = 65536});
  const std::string text = stored.head() + stored.withheld().value_or("") + "\r\n";
  if (parser.feed(text) != http::Feed::complete) return nullptr;
  const http::FieldsView origin_fields = parser.head().fields();
  std::vector<http::Field> as_received;
  for (const http::Field& field : origin_fields) {
    // What rendering added comes off again: our Via, and the Cache-Control for clients (the first;
    // the withheld ones follow it).
    const bool our_via = field.id == http::FieldName::via && field.value == "1.1 hawkcache";
    const bool ours =
        stored.withheld() && &field == origin_fields.find(http::FieldName::cache_control);
    if (!our_via && !ours) as_received.push_back(field);
  }
  http::ResponseHead merged;
  merged.status = stored.meta().status;
  merged.reason = parser.head().reason;
  merged.field_list =
      caching::freshened_fields(http::FieldsView(as_received), not_modified.fields());
  const http::BodyFraming framing{http::BodyKind::length, stored.body_size()};
  auto head = std::make_shared<FillHead>(*take_in(merged, framing, input));
  // The origin's tags may be missing from the 304: what was tagged stays tagged.
  for (const std::string& tag : stored.tag_texts()) head->meta.tags.push_back(tag);
  std::sort(head->meta.tags.begin(), head->meta.tags.end());
  const auto end = std::unique(head->meta.tags.begin(), head->meta.tags.end());
  head->meta.tags.erase(end, head->meta.tags.end());
  if (head->meta.tags.size() > input.tag_limits.per_response && head->not_stored == Reason::none) {
    head->not_stored = Reason::too_many_tags;
  }
  return head;
}

}  // namespace hawkcache::proxy
