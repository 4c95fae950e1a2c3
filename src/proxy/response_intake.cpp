#include "proxy/response_intake.hpp"

#include "caching/partial_content.hpp"
#include "caching/storability.hpp"
#include "caching/tags.hpp"
#include "caching/validation.hpp"
#include "caching/vary.hpp"
#include "http/parser.hpp"
#include "proxy/client_cache_control.hpp"
#include "proxy/response_text.hpp"

#include <algorithm>

namespace hawkcache::proxy {
namespace {

using caching::Reason;

std::optional<std::uint64_t> announced_length(const http::BodyFraming& framing) {
  return framing.kind == http::BodyKind::length ? std::optional(framing.length) : framing.announced;
}

// Null: no variants. Under `cookies: { key: [...] }` the origin sees the keyed cookies alone, and
// so they are all that it can select by: the key has them, whatever else a client sends.
std::shared_ptr<const caching::VaryNames> selecting_names(http::FieldsView response,
                                                          const caching::CachePolicy& policy) {
  const auto vary = caching::parse_vary(response);
  const auto* names = std::get_if<std::shared_ptr<const caching::VaryNames>>(&vary);
  if (names == nullptr || !*names || policy.cookies != caching::CookieMode::key) {
    return names != nullptr ? *names : nullptr;
  }
  caching::VaryNames others = **names;
  std::erase(others, "cookie");
  return others.empty() ? nullptr : std::make_shared<const caching::VaryNames>(std::move(others));
}

void select_variant(caching::StoredMeta& meta,
                    http::FieldsView response,
                    const IntakeInput& input) {
  meta.vary = selecting_names(response, input.route->policy);
  if (!meta.vary) return;
  caching::append_secondary_key(meta.secondary_key,
                                *meta.vary,
                                input.subject->request->fields(),
                                input.route->policy.normalize);
}

// All of a head but its text.
struct Judged {
  std::shared_ptr<FillHead> head = std::make_shared<FillHead>();
  std::vector<std::string> strip;
};

Judged judge(const http::ResponseHead& response,
             http::BodyFraming framing,
             const IntakeInput& input,
             caching::Asked asked) {
  Judged judged;
  FillHead& head = *judged.head;
  head.status = response.status;
  head.declared_age = caching::readable_age(response.fields());
  head.has_body = framing.kind != http::BodyKind::none;
  head.content_length = announced_length(framing);
  head.meta.status = response.status;
  head.meta.rule_fingerprint = input.route->fingerprint;
  head.meta.validators = caching::parse_validators(response.fields(), input.times.response_time);
  head.meta.tags = input.subject->rule_tags;
  const std::size_t dropped_tags = caching::append_response_tags(
      head.meta.tags, response.fields(), input.scheme, input.subject->authority, input.tag_limits);
  select_variant(head.meta, response.fields(), input);

  auto storability = caching::decide_storability(input.method,
                                                 input.subject->request->fields(),
                                                 response,
                                                 input.route->policy,
                                                 input.times,
                                                 asked);
  if (auto* storable = std::get_if<caching::Storable>(&storability)) {
    head.meta.freshness = storable->freshness;
    head.meta.authorized_reuse = storable->authorized_reuse;
    judged.strip = std::move(storable->strip);
    if (head.has_body && head.content_length.value_or(0) > input.max_object) {
      head.not_stored = Reason::too_large;
    }
    // Without all of its tags a purge could miss it.
    if (dropped_tags > 0) head.not_stored = Reason::too_many_tags;
  } else {
    head.not_stored = std::get<caching::NotStorable>(storability).reason;
    head.meta.freshness.response_time = input.times.response_time;
    head.meta.freshness.initial_age = caching::initial_age(response.fields(), input.times);
  }
  return judged;
}

// "a 206 (Partial Content) response MAY be stored as if it were an incomplete 200 (OK) response"
// (RFC 9111 section 3.3); all of its bytes make it a complete one.
void represent_as_whole(FillHead& head, const caching::PartialContent& content) {
  head.forward_status = 206;
  head.status = head.meta.status = 200;
  if (caching::is_complete(content)) return;
  head.status = 206;
  head.meta.partial = std::make_shared<const caching::PartialContent>(content);
}

// Whether clients get the origin's own Cache-Control, whatever the rule says. What is stored
// against the origin's word (`override`) is everybody's already.
bool keeps_cache_control(const Judged& judged,
                         const http::ResponseHead& response,
                         const IntakeInput& input) {
  const Route& rule = *input.route;
  if (judged.head->not_stored != Reason::none) {
    return would_be_made_public(rule, input.subject->request->fields(), response);
  }
  return rule.policy.precedence == caching::OriginPrecedence::origin_first &&
         rule.client_text_is_shared && is_called_private(response.fields(), judged.strip);
}

void render(Judged& judged, const http::ResponseHead& response, const IntakeInput& input) {
  FillHead& head = *judged.head;
  const bool other_status = head.meta.status != response.status;
  std::vector<std::string> unstripped;
  if (other_status) unstripped.emplace_back("content-range");
  const bool has_own_text = !judged.strip.empty();
  judged.strip.insert(judged.strip.end(), unstripped.begin(), unstripped.end());
  static const std::optional<std::string> kKeep;
  const bool keeps = keeps_cache_control(judged, response, input);
  HeadRendering rendering{
      .strip = judged.strip,
      .client_cache_control = keeps ? &kKeep : &input.route->client_cache_control,
      .received = response.version,
      .now = input.times.response_time};
  const std::string_view reason = other_status ? std::string_view() : response.reason;
  head.text = render_response_head(head.meta.status, reason, response.fields(), rendering);
  head.withheld = withheld_fields(response.fields(), rendering);
  if (has_own_text) {
    rendering.strip = unstripped;
    // What is taken out for all others is for this client alone.
    if (input.route->client_text_is_shared) rendering.client_cache_control = &kKeep;
    head.own_text = render_response_head(head.meta.status, reason, response.fields(), rendering);
  }
}

std::string whole_head(const store::StoredResponse& stored) {
  std::string text = stored.head();
  text += stored.withheld().value_or(std::string_view());
  text += "\r\n";
  return text;
}

// The fields of a stored response as its origin sent them.
class StoredFields {
 public:
  explicit StoredFields(const store::StoredResponse& stored);
  bool readable() const noexcept { return readable_; }
  std::string_view reason() const noexcept { return parser_.head().reason; }
  http::FieldsView fields() const noexcept { return {fields_}; }

 private:
  std::string text_;
  http::ResponseParser parser_{
      {.start_line = 1 << 20, .header_block = 16 << 20, .field_count = 65536}};
  bool readable_;
  std::vector<http::Field> fields_;
};

StoredFields::StoredFields(const store::StoredResponse& stored)
    : text_(whole_head(stored)), readable_(parser_.feed(text_) == http::Feed::complete) {
  if (!readable_) return;
  // What rendering added comes off again: the last line of Via, and the Cache-Control for clients
  // where the origin's is withheld (the first; the withheld ones follow it).
  const http::FieldsView all = parser_.head().fields();
  const http::Field* our_via = nullptr;
  for (const http::Field& field : all) {
    if (field.id == http::FieldName::via) our_via = &field;
  }
  const http::Field* our_cache_control =
      stored.withheld() ? all.find(http::FieldName::cache_control) : nullptr;
  for (const http::Field& field : all) {
    if (&field != our_via && &field != our_cache_control) fields_.push_back(field);
  }
}

// The origin's tags may be missing from a 304 or a part: what was tagged stays tagged.
void keep_tags(FillHead& head, const store::StoredResponse& stored, const IntakeInput& input) {
  std::vector<std::string>& tags = head.meta.tags;
  for (const std::string& tag : stored.tag_texts()) tags.push_back(tag);
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  if (tags.size() > input.tag_limits.per_response && head.not_stored == Reason::none) {
    head.not_stored = Reason::too_many_tags;
  }
}

}  // namespace

std::shared_ptr<const FillHead> take_in(const http::ResponseHead& response,
                                        http::BodyFraming framing,
                                        const IntakeInput& input) {
  std::optional<http::ContentRange> part;
  // A 206 under a client's If-Range may leave out fields of the representation (RFC 9110
  // section 15.3.7): it goes to that client and is not kept.
  if (!input.subject->range.empty() && input.subject->if_range.empty()) {
    part = caching::received_part(response, announced_length(framing));
  }
  Judged judged =
      judge(response, framing, input, part ? caching::Asked::part : caching::Asked::whole);
  // What is not kept goes to its client as it came.
  if (part && judged.head->not_stored == Reason::none) {
    represent_as_whole(*judged.head,
                       {.complete_length = part->complete_length, .parts = {part->range}});
    judged.head->part_size = part->range.size();
  }
  render(judged, response, input);
  return judged.head;
}

bool is_unasked(int status, const FillSubject& subject, ClientConditions conditions) {
  if (status != 206 && status != 304) return false;
  const http::FieldsView fields = subject.request->fields();
  if (status == 206 && !subject.range.empty()) return false;
  if (conditions != ClientConditions::forward) return true;
  if (status == 206) return !fields.contains(http::FieldName::range);
  return !fields.contains(http::FieldName::if_none_match) &&
         !fields.contains(http::FieldName::if_modified_since);
}

bool speaks_for_the_resource(const FillHead& head) noexcept {
  switch (head.not_stored) {
    case Reason::partial:
    case Reason::head_request:
    case Reason::authorization:
    case Reason::request_no_store:
      return false;
    default:
      break;
  }
  // A part says nothing of the rest.
  if (head.status == 206) return false;
  // Refusals judge the request (400, 401, 406 ...) or the moment (408, 429 ...), not the resource.
  const int status = head.status;
  return status < 400 || status == 404 || status == 410 || status == 451;
}

namespace {

// The stored response with the fields of a later one, which brought no content of its own.
std::shared_ptr<const FillHead> merge(const store::StoredResponse& stored,
                                      const http::ResponseHead& response,
                                      const IntakeInput& input) {
  const StoredFields stored_fields(stored);
  if (!stored_fields.readable()) return nullptr;
  http::ResponseHead merged;
  merged.version = response.version;
  merged.status = stored.status();
  merged.reason = stored_fields.reason();
  merged.field_list = caching::freshened_fields(stored_fields.fields(), response.fields());
  const http::BodyFraming framing{http::BodyKind::length, stored.body_size()};
  IntakeInput as_stored = input;
  if (as_stored.method == http::Method::head) as_stored.method = http::Method::get;
  Judged judged = judge(merged, framing, as_stored, caching::Asked::whole);
  judged.head->forward_status = response.status;
  render(judged, merged, input);
  keep_tags(*judged.head, stored, input);
  return judged.head;
}

}  // namespace

std::shared_ptr<const FillHead> freshen(const store::StoredResponse& stored,
                                        const http::ResponseHead& not_modified,
                                        const IntakeInput& input) {
  const auto from_304 = caching::parse_validators(not_modified.fields(), input.times.response_time);
  if (!caching::freshens(stored.validators(), from_304)) return nullptr;
  return merge(stored, not_modified, input);
}

std::shared_ptr<const FillHead> freshen_by_head(const store::StoredResponse& stored,
                                                const http::ResponseHead& head_response,
                                                const IntakeInput& input) {
  if (stored.status() != head_response.status) return nullptr;
  const auto verdict = caching::judge_head_response(
      stored.validators(), stored.body_size(), head_response.fields(), input.times.response_time);
  if (verdict == caching::HeadVerdict::outdated) return nullptr;
  return merge(stored, head_response, input);
}

store::StoredParts outdated(const store::StoredResponse& stored,
                            const caching::Freshness& freshness) {
  store::StoredParts parts = stored.parts();
  parts.meta.freshness = freshness;
  parts.meta.freshness.revalidation = caching::Revalidation::always;
  return parts;
}

std::shared_ptr<const FillHead> take_in_combined(const store::StoredResponse& stored,
                                                 http::FieldsView newer,
                                                 const caching::PartialContent& content,
                                                 const IntakeInput& input) {
  const StoredFields stored_fields(stored);
  if (!stored_fields.readable()) return nullptr;
  // "the client MUST use other header fields provided in the new response, aside from
  // Content-Range, to replace all instances of the corresponding header fields in the stored
  // response." (RFC 9110 section 15.3.7.3)
  http::ResponseHead merged;
  merged.status = 206;
  merged.field_list = caching::freshened_fields(stored_fields.fields(), newer);
  std::uint64_t size = 0;
  for (const http::ByteRange& part : content.parts) size += part.size();
  Judged judged = judge(merged, {http::BodyKind::length, size}, input, caching::Asked::part);
  represent_as_whole(*judged.head, content);
  judged.head->content = FillHead::Content::with_older;
  render(judged, merged, input);
  keep_tags(*judged.head, stored, input);
  return judged.head;
}

}  // namespace hawkcache::proxy
