// From an origin's response head to what is kept of it: is it storable, under which variant and
// tags, and how does its head read? Pure.
#pragma once

#include "caching/freshness.hpp"
#include "caching/tags.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "proxy/fill.hpp"
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

std::shared_ptr<const FillHead> take_in(const http::ResponseHead& response,
                                        http::BodyFraming framing,
                                        const IntakeInput& input);

// What a 304 makes of a stored response: a head with its fields freshened, judged anew. nullptr:
// the 304 does not speak of it.
std::shared_ptr<const FillHead> freshen(const store::StoredResponse& stored,
                                        const http::ResponseHead& not_modified,
                                        const IntakeInput& input);

}  // namespace hawkcache::proxy
