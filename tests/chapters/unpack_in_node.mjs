// node unpack_in_node.mjs CORE < JSON: the arrays that a page unpacks, each as its shape and its bytes in hexadecimal digits.
import { readFileSync } from "node:fs";

const unpack = new Function(`${readFileSync(process.argv[2], "utf8")}\nreturn unpack;`)();
const arrays = await unpack(JSON.parse(readFileSync(0, "utf8")));
console.log(JSON.stringify(arrays.map((array) => [array.shape, Buffer.from(array.buffer).toString("hex")])));
