#pragma once

#include <curl/curl.h>

#include "core/base/lazy_library.hpp"
#include "core/base/result.hpp"

namespace pipectl {

/// The part of libcurl that pipectl uses, as it was found at run time. For core/base and the load
/// generator: everybody else has HttpClient.
struct CurlLibrary {
  decltype(&::curl_global_init) global_init{};
  decltype(&::curl_easy_init) easy_init{};
  decltype(&::curl_easy_cleanup) easy_cleanup{};
  decltype(&::curl_easy_setopt) easy_setopt{};
  decltype(&::curl_easy_getinfo) easy_getinfo{};
  decltype(&::curl_easy_strerror) easy_strerror{};
  decltype(&::curl_easy_nextheader) easy_nextheader{};
  decltype(&::curl_multi_init) multi_init{};
  decltype(&::curl_multi_cleanup) multi_cleanup{};
  decltype(&::curl_multi_add_handle) multi_add_handle{};
  decltype(&::curl_multi_remove_handle) multi_remove_handle{};
  decltype(&::curl_multi_perform) multi_perform{};
  decltype(&::curl_multi_poll) multi_poll{};
  decltype(&::curl_multi_info_read) multi_info_read{};
  decltype(&::curl_slist_append) slist_append{};
  decltype(&::curl_slist_free_all) slist_free_all{};
  decltype(&::curl_url) url{};
  decltype(&::curl_url_cleanup) url_cleanup{};
  decltype(&::curl_url_set) url_set{};
  decltype(&::curl_url_get) url_get{};
  decltype(&::curl_free) free{};

  /// Loads and initialises it. Once for each process is enough; more often does no harm.
  [[nodiscard]] static Result<CurlLibrary> load();
};

}  // namespace pipectl
