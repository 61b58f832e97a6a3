// The weights of a filter: fields to type into, or to drag up and down.

const LARGEST = 99;

class Weights {
  constructor(turn) {
    this.turn = turn;
    this.element = make("div", { class: "weights" });
    this.typing = null; // the field that one types into: it keeps what is written
    this.said = ""; // what is wrong with it
  }

  kernel() {
    return this.turn.waiting?.kernel ?? this.turn.settings.kernel;
  }

  put(i, j, value) {
    const is_number = Number.isFinite(value);
    const limited = Math.abs(value) > LARGEST ? `A weight is limited to ±${LARGEST}.` : "";
    this.said = is_number ? limited : "Expected a number.";
    if (!is_number) return this.turn.refresh();
    const weight = clamp(Number(value.toFixed(4)), -LARGEST, LARGEST);
    this.turn.set({ kernel: this.kernel().map((row, r) => (r === i ? row.with(j, weight) : row)) });
  }

  field(i, j) {
    const input = make("input", {
      type: "text",
      class: "drag",
      inputmode: "decimal",
      role: "spinbutton",
      "aria-label": `weight in row ${i + 1}, column ${j + 1}`,
    });
    const value = () => this.kernel()[i][j];
    input.addEventListener("input", () => {
      this.typing = input;
      const text = input.value.trim().replace("−", "-").replace(",", ".");
      if (text && text !== "-") this.put(i, j, Number(text));
    });
    input.addEventListener("blur", () => {
      this.typing = null;
      this.turn.refresh();
    });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("dragstart", (event) => event.preventDefault()); // of the selected text
    input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.typing = null;
      this.put(i, j, value() + by * (event.shiftKey ? 0.1 : 1));
    });
    let from = null;
    input.addEventListener("pointerdown", ({ clientY, pointerId }) => {
      from = { clientY, value: value() };
      input.setPointerCapture(pointerId);
    });
    input.addEventListener("pointermove", ({ clientY, shiftKey }) => {
      const steps = from && Math.trunc((from.clientY - clientY) / 12);
      if (!from || (steps === 0 && !this.dragged)) return;
      this.dragged = true;
      this.typing = null;
      this.put(i, j, from.value + steps * (shiftKey ? 0.1 : 1));
    });
    for (const name of ["pointerup", "pointercancel"])
      input.addEventListener(name, () => {
        from = null;
        this.dragged = false;
      });
    return input;
  }

  show(gradients) {
    // of the weights, or null
    const { kernel } = this.turn.settings,
      size = kernel.length;
    if (!this.typing && !kernel.flat().some((weight) => Math.abs(weight) === LARGEST)) this.said = "";
    if (this.fields?.length !== size * size) {
      this.fields = Array.from({ length: size * size }, (_, place) =>
        this.field(Math.floor(place / size), place % size),
      );
      this.below = this.fields.map(() => make("output", {}));
      this.element.style.setProperty("--size", size);
      this.element.replaceChildren(...this.fields.map((field, place) => make("div", {}, field, this.below[place])));
    }
    const most = gradients && Math.max(1e-12, ...gradients.flat().map(Math.abs));
    this.element.classList.toggle("back", Boolean(gradients));
    kernel.flat().forEach((weight, place) => {
      const field = this.fields[place],
        gradient = gradients?.flat()[place];
      if (field !== this.typing) field.value = short(weight, 4);
      field.classList.toggle("long", field.value.length > 5);
      set(field, { "aria-valuenow": weight });
      this.below[place].textContent = gradients ? short(gradient) : "";
      this.below[place].style.background = gradients ? tint(gradient, most) : "";
    });
  }
}
