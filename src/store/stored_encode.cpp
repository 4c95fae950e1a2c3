#include "store/stored_codec.hpp"
#include "store/stored_format.hpp"
#include "store/stored_layout.hpp"
#include "store/vary_text.hpp"

#include <algorithm>

namespace hawkcache::store {
namespace {

using namespace layout;

std::uint16_t flags_of(const StoredResponse& response) noexcept {
  const caching::StoredMeta& meta = response.meta();
  unsigned flags = 0;
  const auto set = [&flags](bool condition, Flag flag) {
    if (condition) flags |= flag;
  };
  set(meta.freshness.stale == caching::StalePermission::forbidden, kStaleForbidden);
  set(meta.freshness.revalidation == caching::Revalidation::always, kRevalidateAlways);
  set(meta.authorized_reuse == caching::AuthorizedReuse::allowed, kAuthorizedReuse);
  set(response.withheld().has_value(), kHasWithheld);
  set(meta.validators.last_modified_time.has_value(), kHasLastModified);
  set(meta.validators.date.has_value(), kHasDate);
  set(meta.vary != nullptr, kHasVary);
  set(meta.partial != nullptr, kIsPartial);
  return static_cast<std::uint16_t>(flags);
}

std::uint64_t duration_bits(Duration duration) noexcept {
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(duration.count(), 0, kLongest));
}

std::uint64_t time_bits(const std::optional<WallTime>& time) noexcept {
  if (!time) return 0;
  return static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(time->time_since_epoch().count(), -kLongest, kLongest));
}

template <class Sink>
void write_freshness(Sink& sink, const caching::Freshness& freshness) {
  sink.number(static_cast<std::uint8_t>(freshness.source));
  sink.number(duration_bits(freshness.response_time.time_since_epoch()));
  sink.number(duration_bits(freshness.initial_age));
  sink.number(duration_bits(freshness.lifetime));
  sink.number(duration_bits(freshness.stale_while_revalidate));
  sink.number(duration_bits(freshness.stale_if_error));
}

template <class Sink>
void write_texts(Sink& sink, const std::vector<std::string>* texts) {
  sink.number(static_cast<std::uint32_t>(texts == nullptr ? 0 : texts->size()));
  if (texts == nullptr) return;
  for (const std::string& text : *texts) sink.text(text);
}

template <class Sink>
void write_parts(Sink& sink, const caching::PartialContent* partial) {
  sink.number(static_cast<std::uint32_t>(partial == nullptr ? 0 : partial->parts.size()));
  if (partial == nullptr) return;
  for (const http::ByteRange& part : partial->parts) {
    sink.number(part.first);
    sink.number(part.last);
  }
}

template <class Sink>
void write_response(Sink& sink,
                    const StoredResponse& response,
                    const std::vector<std::string>& tags) {
  const caching::StoredMeta& meta = response.meta();
  sink.number(static_cast<std::uint16_t>(meta.status));
  sink.number(flags_of(response));
  write_freshness(sink, meta.freshness);
  sink.number(time_bits(meta.validators.last_modified_time));
  sink.number(time_bits(meta.validators.date));
  sink.number(meta.rule_fingerprint);
  sink.number(meta.partial == nullptr ? std::uint64_t{0} : meta.partial->complete_length);
  sink.text(meta.validators.entity_tag);
  sink.text(meta.validators.last_modified);
  sink.text(meta.secondary_key);
  write_texts(sink, meta.vary.get());
  write_texts(sink, &tags);
  write_parts(sink, meta.partial.get());
  sink.text(response.key());
  sink.text(response.authority());
  sink.text(response.path_and_query());
  sink.text(response.head());
  sink.text(response.withheld() ? std::string_view(*response.withheld()) : std::string_view());
  for (const SharedBytes& chunk : response.body()) sink.bytes(chunk.view());
}

bool can_be_decoded(const StoredResponse& response, const std::vector<std::string>& tags) noexcept {
  const caching::StoredMeta& meta = response.meta();
  if (meta.status < 100 || meta.status > 599 || tags.size() > kMostTags) return false;
  if (meta.vary != nullptr && meta.vary->size() > kMostVaryNames) return false;
  if (meta.vary != nullptr && !is_well_formed(*meta.vary)) return false;
  if (meta.partial != nullptr && !is_well_formed(*meta.partial, response.body_size())) return false;
  if (!is_head_text(response.head()) || !is_head_text(response.withheld().value_or("")))
    return false;
  if (!is_field_value(meta.validators.entity_tag) ||
      !is_field_value(meta.validators.last_modified)) {
    return false;
  }
  // Texts beyond that come from no request; without them every sum below fits.
  return std::max({response.key().size(), response.head().size(), meta.secondary_key.size()}) <
         kLongestText;
}

}  // namespace

std::string encode_response(const StoredResponse& response, std::string_view name) {
  // In a memory store the tags are records, and only there.
  const bool as_text = !response.meta().tags.empty();
  const std::vector<std::string> records =
      as_text ? std::vector<std::string>() : response.tag_texts();
  const std::vector<std::string>& tags = as_text ? response.meta().tags : records;
  if (!can_be_decoded(response, tags)) return {};

  SizeCounter counter;
  write_response(counter, response, tags);
  std::string value;
  value.reserve(kPartsAt + counter.size());
  Writer writer(value);
  writer.bytes(kMagic);
  writer.number(kVersion);
  writer.number(response.shared().generation);
  writer.number(response.shared().epoch);
  writer.number(response.sequence());
  writer.number(std::uint64_t{0});
  writer.number(std::uint64_t{kPartsAt + counter.size()});
  write_response(writer, response, tags);
  store_number(value.data() + kChecksumAt, checksum(value, name));
  return value;
}

}  // namespace hawkcache::store
