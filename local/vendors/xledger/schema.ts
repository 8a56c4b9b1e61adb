import { buildSchema, GraphQLError, type GraphQLScalarType, type GraphQLSchema, Kind } from "graphql";
import { parseDecimal } from "../../../supabase/functions/integration-sync/vouchers/decimal.ts";
import type { Behaviour } from "./behaviour.ts";

// The part of Xledger's schema that a connector of vouchers meets. Names are those of public documentation and of open
// code that uses the API (November 2026). What neither has is left out. So a query for it fails here first.
const sdl = `
scalar DbId
scalar MoneyString
scalar DateString

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! }

type Code { code: String }
type GLImportItem {
  dbId: DbId! extIdentifier: String trRegNumber: Int text: String amount: MoneyString invoiceAmount: MoneyString
  invoiceNumber: String postedDate: DateString account: Code
}
type GLImportItemEdge { cursor: String! node: GLImportItem! }
type GLImportItems { edges: [GLImportItemEdge!]! pageInfo: PageInfo! }
input GLImportItem_Filter { dbId_in: [DbId!] extIdentifier: String extIdentifier_in: [String!] trRegNumber_in: [Int!] }

type ErrorLevel { code: String name: String }
type GLImportItemError { dbId: DbId! transactionDbId: DbId message: String errorLevel: ErrorLevel }
type GLImportItemErrorEdge { cursor: String! node: GLImportItemError! }
type GLImportItemErrors { edges: [GLImportItemErrorEdge!]! pageInfo: PageInfo! }
input GLImportItemError_Filter { dbId_in: [DbId!] transactionDbId_in: [DbId!] }

type JournalEntry {
  dbId: DbId! extIdentifier: String transactionNumber: Int text: String amount: MoneyString invoiceNumber: String
  postedDate: DateString account: Code
}
type JournalEntryEdge { cursor: String! node: JournalEntry! }
type JournalEntries { edges: [JournalEntryEdge!]! pageInfo: PageInfo! }
input JournalEntry_Filter { dbId_in: [DbId!] extIdentifier: String extIdentifier_in: [String!] }

type ObjectKind { dbId: DbId! name: String }
type ObjectValue { dbId: DbId! code: String description: String objectKind: ObjectKind }
type ObjectValueEdge { cursor: String! node: ObjectValue! }
type ObjectValues { edges: [ObjectValueEdge!]! pageInfo: PageInfo! }
input ObjectValue_Filter { dbId_in: [DbId!] code_in: [String!] objectKindDbId: Int }

type Query {
  objectValues(first: Int, after: String, filter: ObjectValue_Filter): ObjectValues
  glImportItems(first: Int, after: String, filter: GLImportItem_Filter): GLImportItems
  glImportItemErrors(first: Int, after: String, filter: GLImportItemError_Filter): GLImportItemErrors
  journalEntries(first: Int, after: String, filter: JournalEntry_Filter): JournalEntries
}

input CodeInput { dbId: Int dbSubId: Int code: String }
input AddGLImportItemsInputNode {
  postedDate: DateString! account: CodeInput! amount: MoneyString invoiceAmount: MoneyString text: String
  extIdentifier: String trRegNumber: Int! invoiceNumber: String currency: CodeInput transactionSource: CodeInput
  taxRule: CodeInput
  jobLevel: CodeInput glObject1: CodeInput glObject2: CodeInput glObject3: CodeInput glObject4: CodeInput
  glObject5: CodeInput
}
input AddGLImportItemsInput { node: AddGLImportItemsInputNode! clientId: String }
type AddGLImportItemsNode { dbId: DbId! }
type AddGLImportItemsEdge { clientId: String node: AddGLImportItemsNode! }
type AddGLImportItems { edges: [AddGLImportItemsEdge!]! }

type Mutation { addGLImportItems(inputs: [AddGLImportItemsInput!]!): AddGLImportItems }
`;

/** The schema with its scalars. A scalar takes one form and refuses the other, as a strict server does. */
export function xledgerSchema(behaviour: Behaviour): GraphQLSchema {
  const schema = buildSchema(sdl);
  const money = scalar(schema, "MoneyString");
  money.parseValue = money.coerceInputValue = (value: unknown) => {
    if (typeof value === "string" && parseDecimal(value) !== null) return value;
    throw new GraphQLError("An amount is a decimal in a string.", { extensions: { code: "INVALID_VALUE" } });
  };
  const date = scalar(schema, "DateString");
  date.parseValue = date.coerceInputValue = (value: unknown) => {
    if (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
    throw new GraphQLError("A date is YYYY-MM-DD.", { extensions: { code: "INVALID_VALUE" } });
  };
  const dbId = scalar(schema, "DbId");
  dbId.serialize = dbId.coerceOutputValue = (value: unknown) =>
    behaviour.dbIds === "string" ? String(value) : Number(value);
  dbId.parseLiteral = dbId.coerceInputLiteral = (node: { kind: string; value?: unknown }) => {
    if (node.kind === (behaviour.dbIds === "string" ? Kind.STRING : Kind.INT)) return Number(node.value);
    throw new GraphQLError(`A dbId is a ${behaviour.dbIds}.`);
  };
  return schema;
}

function scalar(schema: GraphQLSchema, name: string): GraphQLScalarType {
  return schema.getType(name) as GraphQLScalarType;
}
