import { Component, h } from "preact";

/** A component that is drawn again only when one of its properties is another. */
export function memo(draw) {
  return class extends Component {
    shouldComponentUpdate(next) {
      return [...new Set([...Object.keys(next), ...Object.keys(this.props)])].some(
        (name) => next[name] !== this.props[name],
      );
    }

    render(props) {
      return h(draw, props);
    }
  };
}
