#include "core/base/curl_library.hpp"

namespace pipectl {

Result<CurlLibrary> CurlLibrary::load() {
  auto library = TRY(LazyLibrary::open("libcurl", {"libcurl.so.4", "libcurl-gnutls.so.4"}));
  CurlLibrary curl;
  library.bind("curl_global_init", curl.global_init);
  library.bind("curl_easy_init", curl.easy_init);
  library.bind("curl_easy_cleanup", curl.easy_cleanup);
  library.bind("curl_easy_setopt", curl.easy_setopt);
  library.bind("curl_easy_getinfo", curl.easy_getinfo);
  library.bind("curl_easy_strerror", curl.easy_strerror);
  library.bind("curl_easy_nextheader", curl.easy_nextheader);
  library.bind("curl_multi_init", curl.multi_init);
  library.bind("curl_multi_cleanup", curl.multi_cleanup);
  library.bind("curl_multi_add_handle", curl.multi_add_handle);
  library.bind("curl_multi_remove_handle", curl.multi_remove_handle);
  library.bind("curl_multi_perform", curl.multi_perform);
  library.bind("curl_multi_poll", curl.multi_poll);
  library.bind("curl_multi_info_read", curl.multi_info_read);
  library.bind("curl_slist_append", curl.slist_append);
  library.bind("curl_slist_free_all", curl.slist_free_all);
  library.bind("curl_url", curl.url);
  library.bind("curl_url_cleanup", curl.url_cleanup);
  library.bind("curl_url_set", curl.url_set);
  library.bind("curl_url_get", curl.url_get);
  library.bind("curl_free", curl.free);
  TRY(library.complete());
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(Fault::infrastructure, "libcurl could not be initialised");
  return curl;
}

}  // namespace pipectl
