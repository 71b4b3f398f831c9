const compare = document.getElementById("compare");
compare.querySelector("input").addEventListener("input", (event) =>
  compare.style.setProperty("--cut", event.target.value + "%"));
for (const button of document.querySelectorAll(".choose button"))
  button.addEventListener("click", () => {
    for (const name of ["after", "reference"])
      document.getElementById(name).hidden = name !== button.dataset.show;
    document.getElementById("tag").textContent = button.dataset.show;
    for (const other of document.querySelectorAll(".choose button"))
      other.setAttribute("aria-pressed", other === button);
  });
