// femtobragg._core: the library's objects for the Python package, which gives them their names and checks.
#include "bindings.h"

namespace femtobragg::python {

/// Errors become femtobragg.Error, with the parts of their message.
void bind_errors(py::module_&) {
  py::register_exception_translator([](std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const Error& error) {
      const ErrorText& parts = error.parts();
      const py::object type = py::module_::import("femtobragg._errors").attr("Error");
      const py::object value =
          type(error.what(), py::arg("kind") = error.kind() == Error::Kind::Usage ? "usage" : "runtime",
               py::arg("what") = parts.what, py::arg("where") = parts.where, py::arg("value") = parts.value,
               py::arg("rule") = parts.rule, py::arg("remedy") = parts.remedy);
      PyErr_SetObject(type.ptr(), value.ptr());
    }
  });
}

}  // namespace femtobragg::python

PYBIND11_MODULE(_core, m) {
  using namespace femtobragg::python;
  m.attr("__version__") = femtobragg::version;
  bind_errors(m);
  bind_models(m);
  bind_rendering(m);
  bind_batch(m);
  bind_derivatives(m);
  bind_fits(m);
  bind_files(m);
}
