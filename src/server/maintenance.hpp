// The store's housekeeping: once a second (ten times while much is put), in short slices, on a
// worker that serves no client traffic: what is purged or expired gives its memory back without
// being asked for.
#pragma once

#include "net/worker.hpp"
#include "store/store.hpp"

namespace hawkcache::server {

// Lives on the worker's thread after start(); destroyed when that thread has ended, before the
// worker.
class Maintenance {
 public:
  Maintenance(net::Worker& worker, store::Store& store);
  void start();

 private:
  static net::Awaitable<void> run(Maintenance& self);
  store::Store::Sweep sweep_slice();

  net::Worker& worker_;
  store::Store& store_;
  net::Timer timer_;
};

}  // namespace hawkcache::server
