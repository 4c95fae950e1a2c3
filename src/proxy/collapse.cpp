#include "proxy/collapse.hpp"

#include "caching/reuse.hpp"
#include "caching/vary.hpp"

#include <algorithm>

namespace hawkcache::proxy {
namespace {

bool same_variant(const caching::VaryNames& names,
                  http::FieldsView a,
                  http::FieldsView b,
                  std::span<const std::string> normalize) {
  std::string key_a;
  std::string key_b;
  caching::append_secondary_key(key_a, names, a, normalize);
  caching::append_secondary_key(key_b, names, b, normalize);
  return key_a == key_b;
}

bool is_for_url(const FillSubject& subject, const JoinRequest& request) {
  return subject.authority == request.authority && subject.path_and_query == request.path_and_query;
}

bool waits_for(const FillSubject& other, const JoinRequest& request) {
  return request.other_ranges == OtherRanges::are_waited_for && !request.range.empty() &&
         request.if_range.empty() && other.if_range.empty();
}

bool needs_permission(http::FieldsView request, const caching::CachePolicy& policy) {
  return policy.keyed_credentials == caching::KeyedCredentials::none &&
         request.contains(http::FieldName::authorization);
}

}  // namespace

Share may_share(const FillHead& head, const Asker& asker) {
  if (head.not_stored != caching::Reason::none) return Share::not_shareable;
  return may_share_fresh(caching::reuse_terms(head.meta), asker);
}

// RFC 9111 section 4: what is stale, must be validated each time, or is too old for who asks,
// answers nobody but the request that fetched it.
Share may_share_fresh(const caching::ReuseTerms& stored, const Asker& asker) {
  const auto reuse = caching::decide_reuse(stored.freshness, asker.directives, asker.now);
  if (reuse.action != caching::ReuseAction::serve_fresh) return Share::not_shareable;
  return may_share_stale(stored, asker);
}

Share may_share_stale(const caching::ReuseTerms& stored, const Asker& asker) {
  if (needs_permission(asker.fields, asker.policy) &&
      stored.authorized_reuse == caching::AuthorizedReuse::forbidden) {
    return Share::not_shareable;
  }
  if (stored.vary == nullptr) return Share::yes;
  std::string key;
  caching::append_secondary_key(key, *stored.vary, asker.fields, asker.policy.normalize);
  return key == stored.secondary_key ? Share::yes : Share::other_variant;
}

caching::RequestDirectives directives_of_one_who_waited(caching::RequestDirectives directives) {
  directives.no_cache = false;
  directives.only_if_cached = false;
  if (directives.max_age == Duration::zero()) directives.max_age.reset();
  return directives;
}

// Under a rule's own `key:` the request may be for another URL, with purges of its own. How old the
// stored bytes are that a fetch completes is not known here.
bool CollapseTable::may_join_from_other_url(const Fill& fill,
                                            const FillHead* head,
                                            const JoinRequest& request) const {
  if (head != nullptr && head->content == FillHead::Content::with_older) return false;
  return fence_
             .check_url({.epoch = fill.epoch(),
                         .authority = request.authority,
                         .path_and_query = request.path_and_query})
             .trust == store::Trust::trusted;
}

bool CollapseTable::may_join(const Fill& fill, const JoinRequest& request) const {
  const FillSubject& subject = fill.subject();
  if (subject.rule_fingerprint != request.rule_fingerprint) return false;
  if (request.after != 0 && fill.sequence() <= request.after) return false;
  // What a HEAD brings has no content; a HEAD is answered by any fetch.
  if (subject.method == http::Method::head && request.method != http::Method::head) return false;
  const auto head = fill.head();
  // A part answers only those who ask for the same. An origin that ignores ranges sends the whole,
  // which is everybody's.
  const bool part = !subject.range.empty() && (!head || head->meta.partial);
  const bool same_part = subject.range == request.range && subject.if_range == request.if_range;
  if (part && !same_part && (head || !waits_for(subject, request))) return false;
  // A purge since the fill's fetch began concerns it by URL, prefix, all and tags; while the
  // origin's tags are unknown, any purge of a tag does.
  const auto verdict =
      fence_.check({.epoch = fill.epoch(),
                    .authority = subject.authority,
                    .path_and_query = subject.path_and_query},
                   head ? std::span(head->meta.tags) : request.rule_tags,
                   head ? store::TagsKnown::all : store::TagsKnown::rule_tags_only);
  if (verdict.trust != store::Trust::trusted) return false;
  if (!is_for_url(subject, request) && !may_join_from_other_url(fill, head.get(), request)) {
    return false;
  }
  if (head) {
    return may_share(*head,
                     {.fields = request.fields,
                      .policy = *request.policy,
                      .directives = request.directives,
                      .now = request.now}) == Share::yes;
  }
  return !request.vary_hint || same_variant(*request.vary_hint,
                                            subject.request->fields(),
                                            request.fields,
                                            request.policy->normalize);
}

std::shared_ptr<Fill> CollapseTable::find_locked(const Shard& shard,
                                                 const JoinRequest& request) const {
  // The newest first: an older one may have been overtaken by a purge.
  const auto found =
      std::find_if(shard.fills.rbegin(), shard.fills.rend(), [&](const Shard::Entry& entry) {
        return entry.key_hash == request.key.hash &&
               entry.fill->subject().key == request.key.text && may_join(*entry.fill, request);
      });
  return found == shard.fills.rend() ? nullptr : found->fill;
}

CollapseTable::Joined CollapseTable::join_or_lead(const JoinRequest& request,
                                                  const std::shared_ptr<Fill>& candidate,
                                                  net::Executor executor) {
  Shard& shard = shard_of(request.key.hash);
  const std::lock_guard lock(shard.mutex);
  if (const auto fill = find_locked(shard, request)) {
    if (auto reader = fill->try_read(executor)) {
      return {std::move(reader), Role::follower};
    }
  }
  if (has_arrived(request)) return {nullptr, Role::look_again};
  shard.fills.push_back({request.key.hash, candidate});
  return {candidate->try_read(executor), Role::leader};
}

CollapseTable::Role CollapseTable::try_lead(const JoinRequest& request,
                                            const std::shared_ptr<Fill>& candidate) {
  Shard& shard = shard_of(request.key.hash);
  const std::lock_guard lock(shard.mutex);
  if (find_locked(shard, request)) return Role::follower;
  if (has_arrived(request)) return Role::look_again;
  shard.fills.push_back({request.key.hash, candidate});
  return Role::leader;
}

// What was put into the store was put before this; who finds the fill gone under the shard's lock
// sees the new count, and who read the new count before its look-up finds what was put.
void CollapseTable::leave(const Fill& fill, Left left) noexcept {
  const Hash128& key = fill.subject().key_hash;
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto found =
      std::find_if(shard.fills.begin(), shard.fills.end(), [&](const Shard::Entry& entry) {
        return entry.fill.get() == &fill;
      });
  if (found == shard.fills.end()) return;
  shard.fills.erase(found);
  if (left == Left::stored) arrivals_[slot_of(key)].fetch_add(1, std::memory_order_release);
}

}  // namespace hawkcache::proxy
