#include "proxy/part_assembly.hpp"

#include "caching/freshness.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::proxy {
namespace {

using caching::PartialContent;
using caching::Reason;

// Neighbours that together are no larger are copied into one.
constexpr std::size_t kSmall = 16 * 1024;

// The variant of these parts among what the store has; null: none.
store::StoredResponsePtr find_variant(const store::Found& found, const store::StoredParts& parts) {
  for (const store::StoredResponsePtr& candidate : found) {
    if (candidate->rule_fingerprint() == parts.meta.rule_fingerprint &&
        candidate->secondary_key() == parts.meta.secondary_key &&
        caching::selected_by_same_names(candidate->vary(), parts.meta.vary.get()) &&
        candidate->authority() == parts.authority &&
        candidate->path_and_query() == parts.path_and_query) {
      return candidate;
    }
  }
  return nullptr;
}

// Collects pieces of bodies.
class Assembly {
 public:
  void add(std::span<const SharedBytes> body, std::uint64_t offset, std::uint64_t size);
  std::vector<SharedBytes> take();

 private:
  void add(const SharedBytes& chunk, std::string_view shown);
  void flush();
  std::vector<SharedBytes> body_;
  // What may yet get neighbours, one or the other: a whole chunk, or copies of small pieces.
  SharedBytes alone_;
  std::string small_;
};

void Assembly::add(std::span<const SharedBytes> body, std::uint64_t offset, std::uint64_t size) {
  for (const SharedBytes& chunk : body) {
    if (size == 0) return;
    if (offset >= chunk.size()) {
      offset -= chunk.size();
      continue;
    }
    const auto part = std::min<std::uint64_t>(chunk.size() - offset, size);
    add(chunk, chunk.view().substr(offset, part));
    size -= part;
    offset = 0;
  }
}

void Assembly::add(const SharedBytes& chunk, std::string_view shown) {
  const std::size_t waiting = alone_.size() + small_.size();
  if (waiting > 0 && waiting + shown.size() <= kSmall) {
    small_ += std::exchange(alone_, {}).view();
    small_ += shown;
    return;
  }
  flush();
  if (shown.size() == chunk.size()) {
    alone_ = chunk;
  } else if (shown.size() <= kSmall) {
    small_ = shown;
  } else {
    body_.push_back(SharedBytes::copy_of(shown));
  }
}

void Assembly::flush() {
  if (!alone_.empty()) body_.push_back(std::exchange(alone_, {}));
  if (!small_.empty()) body_.push_back(SharedBytes::copy_of(small_));
  small_.clear();
}

std::vector<SharedBytes> Assembly::take() {
  flush();
  return std::move(body_);
}

}  // namespace

bool can_be_added_to(const store::StoredResponse& part) noexcept {
  return !part.soft_purged_at() && caching::strong_validator(part.validators()) &&
         part.partial()->parts.size() < caching::kMostParts;
}

bool keeps_its_place(const store::StoredResponse& complete,
                     const caching::StoredMeta& part,
                     WallTime now) noexcept {
  if (complete.status() != 200) return false;
  if (caching::share_strong_validator(complete.validators(), part.validators)) return true;
  return !complete.soft_purged_at() && caching::is_fresh(complete.freshness(), now);
}

Combination combine(const store::StoredResponse& older,
                    const store::StoredParts& newer,
                    http::FieldsView newer_fields,
                    const IntakeInput& input) {
  Combination result;
  // "A client that has received multiple partial responses to GET requests on a target resource MAY
  // combine those responses into a larger continuous range if they share the same strong
  // validator." (RFC 9110 section 15.3.7.3) What a soft purge marked stale is not mixed into
  // something fresh.
  if (older.soft_purged_at() ||
      !caching::share_strong_validator(older.validators(), newer.meta.validators)) {
    return result;
  }
  const auto together = caching::unite(*older.partial(), *newer.meta.partial);
  if (!together) return result;
  const auto head = take_in_combined(older, newer_fields, together->content, input);
  if (!head) return result;
  if (head->not_stored == Reason::too_large) {
    result.outcome = Combination::Outcome::too_large;
    return result;
  }
  if (head->not_stored != Reason::none) return result;
  result.outcome = Combination::Outcome::combined;
  result.parts = {.key = newer.key,
                  .authority = newer.authority,
                  .path_and_query = newer.path_and_query,
                  .meta = head->meta,
                  .head = head->text,
                  .withheld = head->withheld,
                  .body = splice(older.share_body(), newer.body, together->splices),
                  .epoch = std::min(older.epoch(), newer.epoch),
                  .sequence = std::max(older.sequence(), newer.sequence),
                  .shared = store::older_of(older.shared(), newer.shared)};
  return result;
}

// What is stored is looked up only now: other ranges may have come in meanwhile, or the whole. The
// look-up asks the fence while the fetch's ticket is held, so what is forgotten of earlier purges
// has been minded, and later ones are met by put().
net::Awaitable<store::PutResult> put_part(store::Store& store,
                                          store::StoredParts part,
                                          http::FieldsView fields,
                                          IntakeInput input,
                                          WallTime now,
                                          store::Patience& patience) {
  store::Found found;
  const auto outcome = co_await store.find_all(caching::make_key(part.key), found, patience);
  // A part must not take the place of a whole that was only not seen.
  if (store::is_unknown(outcome) && found.empty()) co_return store::PutResult::unavailable;
  const store::StoredResponsePtr older = find_variant(found, part);
  if (older && !older->partial() && keeps_its_place(*older, part.meta, now)) {
    co_return store::PutResult::superseded;
  }
  store::PutResult result = store::PutResult::stored;
  if (older && older->partial()) {
    Combination together = combine(*older, part, fields, input);
    if (together.outcome == Combination::Outcome::too_large) co_return store::PutResult::too_large;
    if (together.outcome == Combination::Outcome::combined) {
      auto whole = store.make(together.parts);
      result = co_await store.put(std::move(whole), patience);
      // What a purge refuses for its older bytes may still be good for its newer ones.
      if (result != store::PutResult::purged_meanwhile) co_return result;
    }
  }
  auto alone = store.make(part);
  result = co_await store.put(std::move(alone), patience);
  co_return result;
}

// "A cache MAY complete a stored incomplete response by making a subsequent range request and
// combining the successful response with the stored response" (RFC 9111 section 3.3)
std::optional<http::ByteRange> rest_to_ask_for(const store::StoredResponse& part,
                                               const caching::CachePolicy& policy,
                                               std::uint64_t max_object) {
  if (part.soft_purged_at() || !caching::strong_validator(part.validators()) ||
      !caching::stores_parts(policy) || part.partial()->complete_length > max_object) {
    return std::nullopt;
  }
  return caching::only_gap(*part.partial());
}

std::vector<caching::OwnedField> fields_for_rest(const store::StoredResponse& part,
                                                 http::ByteRange rest) {
  const bool to_the_end = rest.last + 1 == part.partial()->complete_length;
  return {{"Range",
           to_the_end ? fmt::format("bytes={}-", rest.first)
                      : fmt::format("bytes={}-{}", rest.first, rest.last)},
          {"If-Range", std::string(*caching::strong_validator(part.validators()))}};
}

std::shared_ptr<const FillHead> take_in_rest(const store::StoredResponse& part,
                                             http::ByteRange rest,
                                             const http::ResponseHead& response,
                                             http::BodyFraming framing,
                                             const IntakeInput& input) {
  // A body of unknown length could turn out shorter or longer than the hole that it is to fill.
  if (framing.kind != http::BodyKind::length) return nullptr;
  const auto received = caching::received_part(response, framing.length);
  const std::uint64_t length = part.partial()->complete_length;
  if (!received || received->range != rest || received->complete_length != length) return nullptr;
  const auto validators = caching::parse_validators(response.fields(), input.times.response_time);
  if (!caching::share_strong_validator(part.validators(), validators)) return nullptr;
  return take_in_combined(
      part, response.fields(), {.complete_length = length, .parts = {{0, length - 1}}}, input);
}

std::vector<SharedBytes> splice(std::span<const SharedBytes> older,
                                std::span<const SharedBytes> newer,
                                std::span<const caching::Splice> splices) {
  Assembly assembly;
  for (const caching::Splice& piece : splices) {
    const bool from_older = piece.source == caching::Splice::Source::older;
    assembly.add(from_older ? older : newer, piece.offset, piece.size);
  }
  return assembly.take();
}

}  // namespace hawkcache::proxy
