// From an origin's response head to what is kept of it: is it storable, under which variant and
// tags, and how does its head read? Pure.
#pragma once

#include "caching/freshness.hpp"
#include "caching/tags.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "proxy/fill.hpp"
#include "proxy/forwarded_request.hpp"
#include "proxy/route.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace hawkcache::proxy {

struct IntakeInput {
  http::Method method = http::Method::get;  // that was sent upstream
  const FillSubject* subject = nullptr;
  const Route* route = nullptr;
  std::string_view scheme;
  caching::TagLimits tag_limits;
  caching::ResponseTimes times;
  std::uint64_t max_object = 0;
};

// A 206 to a subject that asks for a range and can be kept gets the head of the whole, with
// meta.partial (or, if its range is all there is, without).
std::shared_ptr<const FillHead> take_in(const http::ResponseHead& response,
                                        http::BodyFraming framing,
                                        const IntakeInput& input);

// A part, or "not modified", is no answer to a request for the whole.
bool is_unasked(int status, const FillSubject& subject, ClientConditions conditions);

// Of an answer that is not stored: whether that says something about the resource, or only about
// this request: a part of it, a client's own conditions, credentials or directives, a failing
// origin. One client's request must not change what others get.
bool speaks_for_the_resource(const FillHead& head) noexcept;

// What a 304 makes of a stored response: a head with its fields freshened, judged anew as the
// answer to a GET. nullptr: the 304 does not speak of it.
std::shared_ptr<const FillHead> freshen(const store::StoredResponse& stored,
                                        const http::ResponseHead& not_modified,
                                        const IntakeInput& input);
// The same by a 200 to a HEAD (RFC 9111 section 4.3.5). nullptr: what is stored is outdated.
std::shared_ptr<const FillHead> freshen_by_head(const store::StoredResponse& stored,
                                                const http::ResponseHead& head_response,
                                                const IntakeInput& input);
// An outdated response as it is stored from now on: with its own age and windows (`freshness`, a
// soft purge taken into account), but validated before each use. It carries the epoch and sequence
// of what it takes the place of: whatever was fetched meanwhile is newer, and stays.
store::StoredParts outdated(const store::StoredResponse& stored,
                            const caching::Freshness& freshness);

// The head of a stored part and a newer 206 of the same representation together, of which `content`
// is there: the newer one's fields replace the stored ones, and all is judged anew, as a 206.
// nullptr: what is stored cannot be read.
std::shared_ptr<const FillHead> take_in_combined(const store::StoredResponse& stored,
                                                 http::FieldsView newer,
                                                 const caching::PartialContent& content,
                                                 const IntakeInput& input);

}  // namespace hawkcache::proxy
