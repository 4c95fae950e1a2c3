// Parts put together (RFC 9111 section 3.4): a part that came in with the one that is stored, and
// the rest of what is stored in part with what is there. Pure, but for put_part().
//
// What is put together holds bytes of two fetches. It may be stored only as what the older of them
// would be trusted for, so it carries the lower of their epochs, and all tags of both: whatever
// purge would refuse either refuses it (docs/purging.md).
#pragma once

#include "base/shared_bytes.hpp"
#include "caching/partial_content.hpp"
#include "caching/validation.hpp"
#include "http/head.hpp"
#include "proxy/fill.hpp"
#include "proxy/response_intake.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace hawkcache::proxy {

// Whether another part may be put together with this one. Where not, asking for one range after the
// other would keep none of them, and each would cost a fetch.
bool can_be_added_to(const store::StoredResponse& part) noexcept;

// Whether a complete stored response is not given up for a part: it is fresh, or of the same
// representation.
bool keeps_its_place(const store::StoredResponse& complete,
                     const caching::StoredMeta& part,
                     WallTime now) noexcept;

struct Combination {
  enum class Outcome : std::uint8_t {
    combined,   // `parts` take the place of both
    unrelated,  // not known to be of one representation: the newer one takes the older one's place
    too_large   // together they are larger than max_object: the older one stays
  } outcome = Outcome::unrelated;
  store::StoredParts parts;
};
// `newer` has just come in, with these fields; `older` is stored. REQUIRES: both are partial; the
// ticket of `newer` was taken before `older` was last vouched for.
Combination combine(const store::StoredResponse& older,
                    const store::StoredParts& newer,
                    http::FieldsView newer_fields,
                    const IntakeInput& input);

// Puts a part that has come in into the store, together with what is there of the same
// representation. REQUIRES: as Store::put().
// What is referred to outlives the call.
net::Awaitable<store::PutResult> put_part(store::Store& store,
                                          store::StoredParts part,
                                          http::FieldsView fields,
                                          IntakeInput input,
                                          WallTime now,
                                          store::Patience& patience);

// The one range that is missing of a stored part and worth asking for; nullopt: ask for the whole.
std::optional<http::ByteRange> rest_to_ask_for(const store::StoredResponse& part,
                                               const caching::CachePolicy& policy,
                                               std::uint64_t max_object);
// The fields that ask for it: the Range, and an If-Range with the strong validator of the part.
std::vector<caching::OwnedField> fields_for_rest(const store::StoredResponse& part,
                                                 http::ByteRange rest);
// The head of the whole, when the answer to that range has come. nullptr: it is another range, of
// another representation, or of unknown length: what is stored cannot be completed by it.
std::shared_ptr<const FillHead> take_in_rest(const store::StoredResponse& part,
                                             http::ByteRange rest,
                                             const http::ResponseHead& response,
                                             http::BodyFraming framing,
                                             const IntakeInput& input);

// Bytes of two bodies in the order of the splices. Small neighbours become one, and no memory is
// kept that is not shown.
std::vector<SharedBytes> splice(std::span<const SharedBytes> older,
                                std::span<const SharedBytes> newer,
                                std::span<const caching::Splice> splices);

}  // namespace hawkcache::proxy
