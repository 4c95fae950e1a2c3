// A request's fields kept beyond the request: what a fetch needs after its first client may have
// gone. Immutable after construction, so that all threads may read it.
#pragma once

#include "http/head.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hawkcache::proxy {

class OwnedRequest {
 public:
  explicit OwnedRequest(const http::RequestHead& head);
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;

  http::FieldsView fields() const noexcept { return {fields_}; }

 private:
  std::string text_;
  std::vector<http::Field> fields_;
};

}  // namespace hawkcache::proxy
