// libgit2 can log in to web servers with Kerberos (HTTP "Negotiate"). Linked as usual that loads
// MIT Kerberos, six shared libraries, at every start of a program that hardly ever needs it. These
// functions have the names that libgit2 asks for and load the real library at the first use; where
// it is not installed they say "unavailable" and libgit2 goes on to the next way to log in.
//
// RFC 2744 fixes names, arguments and values. Handles and structures only pass through, as void*.
#ifdef PIPECTL_GSSAPI_ON_DEMAND

#include <dlfcn.h>

#include <array>
#include <cstdint>

namespace {

using Status = std::uint32_t;
constexpr Status unavailable = Status{16} << 16U;  // GSS_S_UNAVAILABLE

void* library() {
  static void* const handle = dlopen("libgssapi_krb5.so.2", RTLD_NOW | RTLD_LOCAL);
  return handle;
}

template <class... Arguments>
Status call(const char* name, Arguments... arguments) {
  void* const symbol = library() == nullptr ? nullptr : dlsym(library(), name);
  if (symbol == nullptr) return unavailable;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dlsym is for
  return reinterpret_cast<Status (*)(Arguments...)>(symbol)(arguments...);
}

/// gss_OID_desc of iso(1) member-body(2) us(840) mit(113554) infosys(1) gssapi(2) generic(1) 4.
struct Oid {
  std::uint32_t length;
  const void* elements;
};
constexpr std::array<std::uint8_t, 10> service_name_bytes{0x2a, 0x86, 0x48, 0x86, 0xf7,
                                                          0x12, 0x01, 0x02, 0x01, 0x04};
const Oid service_name{service_name_bytes.size(), service_name_bytes.data()};

}  // namespace

// NOLINTBEGIN(readability-identifier-naming,readability-function-size): names of RFC 2744
extern "C" {

extern const void* const GSS_C_NT_HOSTBASED_SERVICE;
const void* const GSS_C_NT_HOSTBASED_SERVICE = &service_name;

Status gss_import_name(Status* minor, void* text, void* type, void* name) {
  return call("gss_import_name", minor, text, type, name);
}
Status gss_indicate_mechs(Status* minor, void* set) {
  return call("gss_indicate_mechs", minor, set);
}
Status gss_release_buffer(Status* minor, void* buffer) {
  return call("gss_release_buffer", minor, buffer);
}
Status gss_release_name(Status* minor, void* name) { return call("gss_release_name", minor, name); }
Status gss_release_oid_set(Status* minor, void* set) {
  return call("gss_release_oid_set", minor, set);
}
Status gss_delete_sec_context(Status* minor, void* context, void* token) {
  return call("gss_delete_sec_context", minor, context, token);
}
Status gss_display_status(Status* minor, Status value, int type, void* mechanism, Status* more,
                          void* text) {
  return call("gss_display_status", minor, value, type, mechanism, more, text);
}
Status gss_init_sec_context(Status* minor, void* credential, void* context, void* target,
                            void* mechanism, Status flags, Status time, void* bindings, void* input,
                            void* actual, void* output, Status* actual_flags, Status* actual_time) {
  return call("gss_init_sec_context", minor, credential, context, target, mechanism, flags, time,
              bindings, input, actual, output, actual_flags, actual_time);
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming,readability-function-size)

#endif  // PIPECTL_GSSAPI_ON_DEMAND
