// KeepAlive: holds one object, whatever its type, for as long as what points into it is used.
// Allocates nothing. Any object that boost::intrusive_ptr can hold; move-only.
#pragma once

#include <utility>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace hawkcache {

class KeepAlive {
 public:
  KeepAlive() = default;
  template <class Object>
  explicit KeepAlive(boost::intrusive_ptr<const Object> object) noexcept
      : object_(object.detach()), release_([](const void* held) {
          intrusive_ptr_release(static_cast<const Object*>(held));
        }) {}
  KeepAlive(KeepAlive&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)), release_(other.release_) {}
  KeepAlive& operator=(KeepAlive&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(release_, other.release_);
    return *this;
  }
  ~KeepAlive() { reset(); }

  void reset() noexcept {
    if (object_ != nullptr) release_(std::exchange(object_, nullptr));
  }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  const void* object_ = nullptr;
  void (*release_)(const void*) = nullptr;
};

}  // namespace hawkcache
