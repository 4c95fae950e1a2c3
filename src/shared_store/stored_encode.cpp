#include "shared_store/stored_codec.hpp"
#include "shared_store/stored_format.hpp"
#include "shared_store/stored_layout.hpp"
#include "shared_store/vary_text.hpp"

#include <algorithm>

namespace hawkcache::shared_store {
namespace {

using namespace layout;

std::uint16_t flags_of(const store::StoredResponse& response) noexcept {
  const caching::Freshness freshness = response.freshness();
  const caching::ValidatorsView validators = response.validators();
  unsigned flags = 0;
  const auto set = [&flags](bool condition, Flag flag) {
    if (condition) flags |= flag;
  };
  set(freshness.stale == caching::StalePermission::forbidden, kStaleForbidden);
  set(freshness.revalidation == caching::Revalidation::always, kRevalidateAlways);
  set(response.authorized_reuse() == caching::AuthorizedReuse::allowed, kAuthorizedReuse);
  set(response.withheld().has_value(), kHasWithheld);
  set(validators.last_modified_time.has_value(), kHasLastModified);
  set(validators.date.has_value(), kHasDate);
  set(response.vary() != nullptr, kHasVary);
  set(response.partial() != nullptr, kIsPartial);
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
                    const store::StoredResponse& response,
                    const std::vector<std::string>& tags) {
  const caching::ValidatorsView validators = response.validators();
  const caching::PartialContent* partial = response.partial();
  sink.number(static_cast<std::uint16_t>(response.status()));
  sink.number(flags_of(response));
  write_freshness(sink, response.freshness());
  sink.number(time_bits(validators.last_modified_time));
  sink.number(time_bits(validators.date));
  sink.number(response.rule_fingerprint());
  sink.number(partial == nullptr ? std::uint64_t{0} : partial->complete_length);
  sink.text(validators.entity_tag);
  sink.text(validators.last_modified);
  sink.text(response.secondary_key());
  write_texts(sink, response.vary());
  write_texts(sink, &tags);
  write_parts(sink, partial);
  sink.text(response.key());
  sink.text(response.authority());
  sink.text(response.path_and_query());
  const http::HeadPieces head = response.head_pieces();
  sink.number(static_cast<std::uint32_t>(head.size()));
  sink.bytes(head.common);
  sink.bytes(head.own);
  sink.text(response.withheld().value_or(std::string_view()));
  for (std::size_t i = 0; i < response.chunks(); ++i) sink.bytes(response.chunk(i));
}

bool can_be_decoded(const store::StoredResponse& response,
                    const std::vector<std::string>& tags) noexcept {
  const caching::ValidatorsView validators = response.validators();
  const caching::VaryNames* vary = response.vary();
  const caching::PartialContent* partial = response.partial();
  if (response.status() < 100 || response.status() > 599) return false;
  if (tags.size() > kMostTags) return false;
  if (vary != nullptr && (vary->size() > kMostVaryNames || !is_well_formed(*vary))) return false;
  if (partial != nullptr && !is_well_formed(*partial, response.body_size())) return false;
  const http::HeadPieces head = response.head_pieces();
  for (const std::string_view lines : {head.common, head.own, response.withheld().value_or("")}) {
    if (!is_head_text(lines)) return false;
  }
  if (!is_field_value(validators.entity_tag) || !is_field_value(validators.last_modified)) {
    return false;
  }
  // Texts beyond that come from no request; without them every sum below fits.
  return std::max({response.key().size(), head.size(), response.secondary_key().size()}) <
         kLongestText;
}

}  // namespace

std::string encode_response(const store::StoredResponse& response, std::string_view name) {
  const std::vector<std::string> tags = response.tag_texts();
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

}  // namespace hawkcache::shared_store
